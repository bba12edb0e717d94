"""The headers of pages and files that keep a browser from doing what they never ask for."""


def write_policy(*, frames: str = "", framed_by: str = "'none'") -> str:
    """Return a policy: no script but our files, no HTML made of strings, nothing from elsewhere.

    Args:
        frames: The pages that may be framed in the page; empty for none.
        framed_by: The sites that may frame the page.
    """
    rules = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "require-trusted-types-for 'script'",
        "base-uri 'none'",
        "form-action 'self'",
        f"frame-ancestors {framed_by}",
    ]
    return "; ".join(rules + ([f"frame-src {frames}"] if frames else []))


CSP = write_policy()
PAGE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": CSP,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: with that, browsers call the origin of a form "null".
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
# The page for owners frames its preview, and nobody else does.
EMBED_HEADERS = {**PAGE_HEADERS, "Content-Security-Policy": write_policy(frames="'self'")}
PREVIEW_HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": write_policy(framed_by="'self'"),
    "X-Frame-Options": "SAMEORIGIN",
}
_BY_PATH = {"/embed": EMBED_HEADERS, "/embed/preview": PREVIEW_HEADERS}


def find_page_headers(path: str) -> dict[str, str]:
    """Return the headers of a page of this server."""
    return _BY_PATH.get(path, PAGE_HEADERS)


# Module scripts are fetched with CORS; these files are public. Who may *talk*, cors.py says.
FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
