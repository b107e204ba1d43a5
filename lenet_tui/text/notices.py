"""The notices that every room may need."""

NOTICES = {
    "text:verbatim": ("{text}", "{text}"),
}
