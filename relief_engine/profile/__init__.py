"""Profile stage: what is known about one applicant, read, checked and encoded; unknown is never false, never zero."""
