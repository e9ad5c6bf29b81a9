// Printing: everything unfolds, and where one decision was asked for, only that one is printed.

let unfolded = [];

/** Unfold what is folded while the browser prints, also where someone prints by the browser's own menu. */
export function preparePrinting() {
  addEventListener("beforeprint", () => {
    const within = document.querySelector(".printed") || document.getElementById("main");
    // What makes its inside when it is unfolded hears of it by this event, in time: "toggle" comes too late.
    for (const one of within.querySelectorAll("details.fold")) one.dispatchEvent(new Event("unfold"));
    const folded = [...within.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
    unfolded.push(...folded); // some browsers say "beforeprint" twice
  });
  addEventListener("afterprint", () => {
    for (const one of unfolded) one.open = false;
    unfolded = [];
    document.body.classList.remove("printing-one");
    document.querySelector(".printed")?.classList.remove("printed");
  });
}

/** Print one decision. */
export function printDecision(article) {
  document.body.classList.add("printing-one");
  article.classList.add("printed");
  print();
}
