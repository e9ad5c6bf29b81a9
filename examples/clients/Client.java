// Asks a decision service with what JDK 17 has, in one file.
//   relief serve --ledger decisions.ledger
//   java examples/clients/Client.java http://127.0.0.1:8080 explanation.html examples/clients/tenant.json

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class Client {
    static final String RENT = "beijing-tongzhou/rent-reduction-2022";

    /** What the service says is wrong: the document of its problem (RFC 9457). */
    static class Refused extends IOException {
        final Map<String, Object> problem;

        Refused(Map<String, Object> problem) {
            super(problem.get("status") + " " + problem.get("type") + ": " + problem.get("title"));
            this.problem = problem;
        }
    }

    // One client for all threads; it keeps its connections.
    final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5)).build();
    final String base;

    Client(String base) {
        this.base = base;
    }

    String ask(String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path + "?lang=en"))
            .timeout(Duration.ofSeconds(30));
        if (body != null) {
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
        }
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (answer.statusCode() != 200) {
            throw new Refused(Json.object(answer.body()));
        }
        return answer.body();
    }

    public static void main(String[] given) throws Exception {
        String base = given.length > 0 ? given[0] : "http://127.0.0.1:8080";
        Path page = Path.of(given.length > 1 ? given[1] : "explanation.html");
        String tenant = Files.readString(Path.of(given.length > 2 ? given[2] : "examples/clients/tenant.json"));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Client client = new Client(base);
        String asked = "\"as_of\": \"2022-06-01\", \"programmes\": [\"" + RENT + "\"]";

        Map<String, Object> version = Json.object(client.ask("/v1/version", null));
        out.println("engine " + Json.at(version, "engine", "version") + ", rulebook "
            + Json.at(version, "rulebook", "digest"));

        // One decision, with a record: it is on disk once the answer is here. Amounts are text: make them BigDecimal.
        Map<String, Object> report = Json.object(
            client.ask("/v1/decide", "{\"profile\": " + tenant + ", " + asked + ", \"record\": true}"));
        for (Object decision : (List<?>) report.get("decisions")) {
            out.println(Json.at(decision, "programme") + " " + Json.at(decision, "subject") + " "
                + Json.at(decision, "outcome") + " " + Json.at(decision, "amount"));
        }
        out.println("record " + Json.at(report, "record", "number") + " " + Json.at(report, "record", "digest"));

        // Many, each by itself.
        String slip = "{\"applicant\": {\"kind\": \"enterprize\"}}";
        Map<String, Object> many = Json.object(
            client.ask("/v1/decide-many", "{\"profiles\": [" + tenant + ", " + slip + "], " + asked + "}"));
        for (Object one : (List<?>) many.get("results")) {
            boolean decided = ((Map<?, ?>) one).containsKey("report");
            out.println("many: " + (decided ? Json.at(one, "report", "decisions", 0, "outcome")
                : Json.at(one, "problem", "detail")));
        }

        // What is wrong with a profile, all at once.
        try {
            client.ask("/v1/decide", "{\"profile\": {\"applicant\": {\"kind\": \"enterprize\", \"employees\": -1}}}");
        } catch (Refused refused) {
            out.println(refused.getMessage());
            for (Object mistake : (List<?>) refused.problem.get("errors")) {
                out.println("  " + Json.at(mistake, "pointer") + ": " + Json.at(mistake, "message"));
            }
        }

        // The reasons, as a page.
        Files.writeString(page, client.ask("/v1/explain", "{\"profile\": " + tenant + ", " + asked + "}"));
        out.println("reasons: " + page);
    }

    /** Reads the JSON of the service, so that this file needs no library; an application takes the one it has. */
    static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        @SuppressWarnings("unchecked")
        static Map<String, Object> object(String text) {
            return (Map<String, Object>) new Json(text).value();
        }

        static Object at(Object value, Object... path) {
            for (Object step : path) {
                value = step instanceof Integer index ? ((List<?>) value).get(index) : ((Map<?, ?>) value).get(step);
            }
            return value;
        }

        private char next() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.charAt(at);
        }

        private Object value() {
            switch (next()) {
                case '{':
                    Map<String, Object> members = new LinkedHashMap<>();
                    for (at++; next() != '}'; at += next() == ',' ? 1 : 0) {
                        next();
                        String key = string();
                        next();
                        at++; // the colon
                        members.put(key, value());
                    }
                    at++;
                    return members;
                case '[':
                    List<Object> items = new ArrayList<>();
                    for (at++; next() != ']'; at += next() == ',' ? 1 : 0) {
                        items.add(value());
                    }
                    at++;
                    return items;
                case '"':
                    return string();
                default:
                    int start = at;
                    while (at < text.length() && ",]} \n\r\t".indexOf(text.charAt(at)) < 0) {
                        at++;
                    }
                    String word = text.substring(start, at);
                    return switch (word) {
                        case "null" -> null;
                        case "true", "false" -> Boolean.valueOf(word);
                        default -> new java.math.BigDecimal(word);
                    };
            }
        }

        private String string() {
            StringBuilder found = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                char one = text.charAt(at);
                if (one == '\\') {
                    one = text.charAt(++at);
                    int escape = "bfnrt".indexOf(one);
                    if (one == 'u') {
                        one = (char) Integer.parseInt(text.substring(at + 1, at + 5), 16);
                        at += 4;
                    } else if (escape >= 0) {
                        one = "\b\f\n\r\t".charAt(escape);
                    }
                }
                found.append(one);
            }
            at++;
            return found.toString();
        }
    }
}
