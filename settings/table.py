"""Every setting of ours: name, default, what it may be, and what it does.

docs/setup.md is made from it: the texts are Markdown. Names here are those of the variables without
their prefix.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from re import fullmatch

from settings.reading import (
    Setting,
    decimal,
    flag,
    number,
    path,
    paths,
    secret,
    text,
    url,
    word_list,
)

# HMAC-SHA-256 is as strong as its key up to 32 bytes (RFC 7518, section 3.2).
MIN_SECRET = 32
MIN_SALT = 16
LOCAL = "127.0.0.1"
_NAME = r"[a-z0-9_-]+(\.[a-z0-9_-]+)*"
_WEB_ADDRESS = r"https?://[^\s<>\"'\\]+"
_ORIGIN = r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?"


def _host(key: str, what: str) -> Setting[str]:
    def parse(value: str) -> str:
        host = value.strip().lower()
        return host if fullmatch(_NAME, host) else str(ip_address(host))

    return Setting(
        key, LOCAL, "an address or a name of this machine (0.0.0.0 for all)", parse, what
    )


def _database(key: str, what: str, *, unset: str = "") -> Setting[str]:
    # Secret, as it may hold a password; storage.database.read_url looks at the rest of it.
    expected = "a database address such as sqlite:///var/bonafide.db, or nothing"
    return text(key, r"[\w+]+://.*", expected, what, unset=unset, is_secret=True)


def _random_secret(key: str, min_bytes: int, what: str) -> Setting[str]:
    return secret(key, what, min_bytes=min_bytes, unset="a random one, made once")


# Addresses, ports and what protects them.
PORT = number("BONAFIDE_PORT", 5005, (1, 65535), "port of the Rasa server")
HOST = _host(
    "BONAFIDE_HOST",
    "address the Rasa server listens on: with this one, programs of this machine only reach it (a "
    "browser here, a [proxy](#for-the-public) here); `0.0.0.0` for every machine in your network",
)
HOSTS = word_list(
    "BONAFIDE_HOSTS",
    _NAME,
    "names with spaces between (bot.example.org), without ports",
    "names by which the Rasa server may be asked for, beside this machine's own and that of "
    "`BONAFIDE_PUBLIC_URL`: see [For the public](#for-the-public)",
)
PUBLIC_URL = url(
    "BONAFIDE_PUBLIC_URL",
    "how the world reaches the Rasa server; some [messaging platforms](channels.md) need it, and "
    "on all of them sources are links to its pages then",
)
PROXIES = number(
    "BONAFIDE_PROXIES",
    0,
    (0, 10),
    "how many proxies of yours stand in front of the Rasa server: so many entries of "
    "`X-Forwarded-For` are believed",
)
REST_TOKEN = text(
    "BONAFIDE_REST_TOKEN",
    r"[A-Za-z0-9._~+/-]{32,}=*",  # RFC 6750, section 2.1
    "at least 32 characters as headers take them, or nothing",
    "what your programs show to ask over [REST](channels.md#rest) (`openssl rand -base64 32`); "
    "without one REST answers programs of this machine only",
    is_secret=True,
)
REST_COMMANDS = flag(
    "BONAFIDE_REST_COMMANDS",
    "`1`: a message over REST may be a command of Rasa's (`/restart`, `/intent{…}`)",
)
ACTIONS_PORT = number("BONAFIDE_ACTIONS_PORT", 5055, (1, 65535), "port of the action server")
ACTIONS_HOST = _host(
    "BONAFIDE_ACTIONS_HOST",
    "address the action server listens on; any but this machine's own needs the next setting",
)
ACTIONS_TOKEN = text(
    "BONAFIDE_ACTIONS_TOKEN",
    r"[!-~]{16,}",
    "at least 16 letters, digits or signs, and no blanks",
    "what the Rasa server shows the action server; give both the same where they are started "
    "apart, on two machines: `python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`. An "
    "action server that is started alone without one (`python -m actions`) takes calls from this "
    "machine",
    unset="a random one for each start",
    is_secret=True,
    is_exact=True,
)
ACTIONS_URL = text(
    "BONAFIDE_ACTIONS_URL",
    r"https?://[^\s/?#@]+[^\s?#]*",
    "an address such as http://127.0.0.1:5055, or nothing",
    "where the Rasa server finds the action server",
    unset="`http://127.0.0.1:<BONAFIDE_ACTIONS_PORT>`",
    is_exact=True,
)

# Databases and secrets.
STATE = path(
    "BONAFIDE_STATE",
    "var",
    "folder of what the Rasa server must not lose: `web.secret`; in `unwritten/`, turns that the "
    "database of conversations [did not take yet](#when-the-database-of-conversations-is-away), "
    "and in `sessions.db`, without such a database, which sessions people deleted. `make clean` "
    "leaves it alone",
)
CONVERSATIONS_URL = _database(
    "BONAFIDE_CONVERSATIONS_URL",
    "a database in which conversations outlive the server, with every word as it was written, "
    "until a person deletes it or you do. Without one they are in memory alone",
)
INBOX_URL = _database(
    "BONAFIDE_INBOX_URL",
    "the database in which messages of [messaging platforms](channels.md#the-inbox) stand until "
    "they are answered",
    unset="`BONAFIDE_CONVERSATIONS_URL`, else `inbox.db` in `BONAFIDE_STATE`",
)
OUTCOMES_URL = _database(
    "BONAFIDE_OUTCOMES_URL",
    "the database of [outcomes](outcomes.md); set, but empty, to keep nothing",
    unset="`outcomes.db` in `BONAFIDE_STATE`",
)
KEEP_DAYS = number(
    "BONAFIDE_KEEP_DAYS",
    90,
    (1, 36500),
    "days that an outcome is kept, and a conversation in memory after its last use",
)
SALT = _random_secret(
    "BONAFIDE_SALT",
    MIN_SALT,
    "secret that sender ids are hashed with; kept beside the outcomes when it is not set",
)
SECRET = _random_secret(
    "BONAFIDE_SECRET",
    MIN_SECRET,
    "signs the [web channel](web-channel.md)'s session tokens and makes the ids of conversations "
    "on [messaging platforms](channels.md); kept in `var/web.secret` when it is not set",
)
SECRET_OLD = secret(
    "BONAFIDE_SECRET_OLD",
    "the secret before that one, whose session tokens are still accepted: see [Change the "
    "secret](#change-the-secret)",
    min_bytes=MIN_SECRET,
    unset="none",
)
PLATFORM_SECRET = secret(
    "BONAFIDE_PLATFORM_SECRET",
    "makes the ids of conversations on messaging platforms in its place; read from "
    "`var/platform.secret` when it is not set and that file is there",
    min_bytes=MIN_SECRET,
    unset="`BONAFIDE_SECRET`",
)

# Who is behind the chat.
PROFILE = path(
    "BONAFIDE_PROFILE",
    "profile",
    "folder of the [profile](profile.md): the words, documents and questions of your assistant. A "
    "setting that is set wins over what the profile says",
)
NAME = text(
    "BONAFIDE_NAME",
    r"[^{}\x00-\x1f\x7f]{1,60}",
    "1 to 60 characters, without braces",
    "what the assistant calls itself, in its greeting and over the chat",
    default="Bonafide",
)
OPERATOR = text(
    "BONAFIDE_OPERATOR",
    r"[^\x00-\x1f\x7f]{1,120}",
    "1 to 120 characters",
    "who runs the assistant and answers for it; the chat and the page name them",
)
OPERATOR_URL = text(
    "BONAFIDE_OPERATOR_URL",
    _WEB_ADDRESS,
    "a web address (https://www.clinic.example/about)",
    "a page about them, which their name then leads to",
)
PRIVACY_URL = text(
    "BONAFIDE_PRIVACY_URL",
    _WEB_ADDRESS,
    "a web address (https://www.clinic.example/privacy)",
    "your privacy notice; the chat and the page link to it",
)

# Visitors: how much and how long.
WEB_ORIGINS = word_list(
    "BONAFIDE_WEB_ORIGINS",
    _ORIGIN,
    "origins with spaces between (https://www.example.org), each without a path",
    "other sites that may embed the widget",
)
INDEXABLE = flag(
    "BONAFIDE_INDEXABLE",
    "`1`: search engines may list the pages of the documents (`/library`); else each says that "
    "they should not",
)
MAX_CHARS = number(
    "BONAFIDE_MAX_CHARS",
    2000,
    (100, 10_000),
    "longest message of the web channel and of messaging platforms, in characters",
)
SESSION_HOURS = number(
    "BONAFIDE_SESSION_HOURS",
    24,
    (1, 8760),
    "hours after its last use that a session of the web channel ends",
)
SESSION_DAYS = number(
    "BONAFIDE_SESSION_DAYS",
    30,
    (1, 365),
    "days after its start that a session ends however much it is used",
)
SESSION_RATE = number(
    "BONAFIDE_SESSION_RATE",
    20,
    (0, 100_000),
    "most messages of one session of the web channel, or of one person on a messaging platform, "
    "within a minute; `0` for any number",
)
ADDRESS_RATE = number(
    "BONAFIDE_ADDRESS_RATE",
    120,
    (0, 100_000),
    "most requests of one address within a minute, of which a sixth, but at least 20, within a "
    "second (a new session counts as 5); `0` for any number",
)
CONNECTIONS = number(
    "BONAFIDE_CONNECTIONS",
    1000,
    (16, 100_000),
    "most connections to the Rasa server (never more than the limit of open files leaves); one too "
    "many takes the place of the oldest that is idle or slow",
)
ADDRESS_CONNECTIONS = number(
    "BONAFIDE_ADDRESS_CONNECTIONS",
    100,
    (0, 100_000),
    "most of them from one address, this machine's own apart; `0` for any number. Not counted with "
    "`BONAFIDE_PROXIES`: they are the proxy's",
)
REGION = text(
    "BONAFIDE_REGION",
    r"[A-Z]{2}",
    "a country as two capital letters (GB)",
    "country of the people you serve: whose numbers an [emergency](safety.md#words-and-numbers) "
    "names where the page does not say its own",
)
EMERGENCY_NUMBERS = text(
    "BONAFIDE_EMERGENCY_NUMBERS",
    r"(?s).*",
    "numbers by country, without names (GB=999,IE=112)",
    "emergency number by country, in place of those of `bot/emergency_numbers.yml`; a country "
    'without one is told "your local emergency number"',
)
CRISIS_LINES = text(
    "BONAFIDE_CRISIS_LINES",
    r"(?s).*",
    "names and numbers by country (GB=Samaritans 116 123)",
    "crisis line by country, in place of those of `bot/emergency_numbers.yml`; without one: "
    '"a crisis line in your country"',
)

# A way to a person.
CONTACT_NAME = text(
    "BONAFIDE_CONTACT_NAME",
    r"\S[^\r\n]{0,99}",
    "a name of at most 100 characters",
    "who people can ask instead of the bot: your helpline, practice or office. The widget shows a "
    "card with what is set here under refusals, under requests for advice and in its menu; "
    "messaging platforms name it in refusals. Without these settings nothing is shown",
)
CONTACT_PHONE = text(
    "BONAFIDE_CONTACT_PHONE",
    r"\+?[\d(][\d ()-]{1,28}\d",
    "a telephone number as people write it (0800 123 456)",
    "its number; not one for emergencies",
)
CONTACT_EMAIL = text(
    "BONAFIDE_CONTACT_EMAIL",
    r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+",
    "an e-mail address",
    "its e-mail address",
)
CONTACT_URL = text(
    "BONAFIDE_CONTACT_URL",
    r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[!-~]*)?",
    "the address of a page (https://clinic.example/contact)",
    "its page",
)
CONTACT_HOURS = text(
    "BONAFIDE_CONTACT_HOURS",
    r".+",
    "days and times (Mo-Fr 09:00-17:00, Sa 10:00-12:00)",
    "when somebody answers; the widget says whether that is now",
)
CONTACT_TIME_ZONE = text(
    "BONAFIDE_CONTACT_TIME_ZONE",
    r"[A-Za-z0-9_+/-]+",
    "a time zone (Europe/London)",
    "the time zone of those hours",
)

# Documents and answers.
DOCUMENTS = paths(
    "KNOWLEDGE_DOCUMENTS",
    "knowledge/documents",
    "[folders of the documents](documents.md), each with all folders below it",
)
INDEX = path("KNOWLEDGE_INDEX", "build/knowledge.db", "the index file")
ENCODER = path("KNOWLEDGE_ENCODER", "build/encoder", "folder of the exported encoder")
MAX_FILE_MB = decimal(
    "KNOWLEDGE_MAX_FILE_MB",
    50.0,
    (0.001, 10_000),
    "size of the largest file that is read, in millions of bytes",
)
READ_TIMEOUT_S = decimal(
    "KNOWLEDGE_READ_TIMEOUT_S",
    20.0,
    (5, 3600),  # it takes a second or two to load what reads
    "most processor time that the reading of a file may take for each million bytes that it "
    "begins, in seconds, up to 15 times as much; three times as much by the clock",
)
READ_MEMORY_MB = decimal(
    "KNOWLEDGE_READ_MEMORY_MB",
    3000.0,
    (1000, 1_000_000),
    "most memory of the process that reads the files, in millions of bytes, some 700 of which it "
    "needs for itself; kept on Linux alone",
)
MAX_WORDS = number("KNOWLEDGE_MAX_WORDS", 160, (20, 1000), "most words of a passage")
# Eight passages are judged for an answer (actions): it never cites more.
TOP_K = number("KNOWLEDGE_TOP_K", 4, (1, 8), "most passages an answer cites")
THRESHOLD = decimal(
    "KNOWLEDGE_THRESHOLD",
    0.32,
    (0, 1),
    "lowest probability that counts as an answer; higher refuses more",
)
UNSURE = decimal(
    "KNOWLEDGE_UNSURE",
    0.1,
    (0, 1),
    "lowest probability at which the nearest headings are offered; below it a question is refused",
)
TIMEOUT_S = decimal(
    "KNOWLEDGE_TIMEOUT_S",
    2.0,
    (0.001, 60),
    "longest the action server may take for a reply, in seconds; then the user gets an apology",
)

# Set-up.
ENCODER_MODEL = text(
    "BONAFIDE_ENCODER",
    r".+",
    "a local folder, or a name on the model hub",
    "the sentence-transformers model",
    default="all-MiniLM-L6-v2",
)
TORCH_INDEX = text(
    "BONAFIDE_TORCH_INDEX",
    r".+",
    "an address",
    "the index that PyTorch, and nothing else, is installed from while setting up",
    unset="pip's own",
)
ADVISORIES = text(
    "BONAFIDE_ADVISORIES",
    r".+",
    "a folder of OSV's records, or the address of a service like OSV's",
    "where `make audit` finds known vulnerabilities",
    unset="the OSV service",
)

# As docs/setup.md shows them, by who reads them.
SECTIONS: Mapping[str, tuple[Setting[object], ...]] = {
    "Addresses and access (both servers)": (
        *(PORT, HOST, HOSTS, PUBLIC_URL, PROXIES, REST_TOKEN, REST_COMMANDS),
        *(ACTIONS_PORT, ACTIONS_HOST, ACTIONS_TOKEN, ACTIONS_URL),
    ),
    "Data and secrets (outcomes: both servers; the rest: the Rasa server)": (
        *(STATE, CONVERSATIONS_URL, INBOX_URL, OUTCOMES_URL, KEEP_DAYS),
        *(SALT, SECRET, SECRET_OLD, PLATFORM_SECRET),
    ),
    "Your assistant (both servers)": (PROFILE,),
    "Who is behind the chat (the Rasa server)": (NAME, OPERATOR, OPERATOR_URL, PRIVACY_URL),
    "Visitors (the Rasa server)": (
        *(REGION, EMERGENCY_NUMBERS, CRISIS_LINES, WEB_ORIGINS, INDEXABLE, MAX_CHARS),
        *(SESSION_HOURS, SESSION_DAYS, SESSION_RATE),
        *(ADDRESS_RATE, CONNECTIONS, ADDRESS_CONNECTIONS),
    ),
    "A way to a person (the Rasa server)": (
        *(CONTACT_NAME, CONTACT_PHONE, CONTACT_EMAIL, CONTACT_URL),
        *(CONTACT_HOURS, CONTACT_TIME_ZONE),
    ),
    "Documents and answers (the action server, `python -m knowledge`, the set-up)": (
        *(DOCUMENTS, INDEX, ENCODER, MAX_FILE_MB, READ_TIMEOUT_S, READ_MEMORY_MB),
        *(MAX_WORDS, TOP_K, THRESHOLD, UNSURE, TIMEOUT_S),
    ),
    "Set-up and checks (`make`)": (ENCODER_MODEL, TORCH_INDEX, ADVISORIES),
}
KEYS = frozenset(each.key for section in SECTIONS.values() for each in section)
