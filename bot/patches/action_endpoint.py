"""Find the action server where the settings say, and show it the token.

Rasa expands `${NAME}` in endpoints.yml, has no default for a name that is not set, and then refuses
the file. So the file holds the address that Rasa's own commands use, and `python -m bot` sets its
own: an address of the settings, and a token that is new for each start.
"""

import os

from rasa.core.utils import AvailableEndpoints

from bot.patches.replaces import replaces
from settings.table import ACTIONS_TOKEN, ACTIONS_URL


@replaces(
    AvailableEndpoints,
    "read_endpoints",
    sha256="9fa059bcb05cc08a92419abe9a5bd54409a1126e181f64915deeeb696d0849c9",
)
def read_endpoints(endpoint_file: str) -> AvailableEndpoints:
    """Return the endpoints of a file, the action server's with the address and token set."""
    endpoints = read_endpoints.original(endpoint_file)
    if endpoints.action is not None:
        endpoints.action.url = f"{os.environ[ACTIONS_URL.key].rstrip('/')}/webhook"
        endpoints.action.headers["Authorization"] = f"Bearer {os.environ[ACTIONS_TOKEN.key]}"
    return endpoints
