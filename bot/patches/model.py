"""Do not serve without a model.

Where the file of a model is missing or damaged, Rasa warns, says that it "is up and running", and
answers nothing.
"""

import logging
import warnings
from typing import Any

from rasa.core import run
from rasa.core.agent import Agent

from bot.patches.replaces import replaces
from startup.faults import EXIT_CODE

logger = logging.getLogger(__name__)


@replaces(
    run,
    "load_agent_on_start",
    sha256="b23e12447febeb64dfe0e78f545c37affae1059858280485b1094707a2704214",
)
async def load_agent_on_start(
    model_path: str, endpoints: Any, remote_storage: Any, app: Any, loop: Any
) -> Agent:
    """Return the agent.

    Raises:
        SystemExit: If there is no model that can be loaded.
    """
    with warnings.catch_warnings():
        # What they say is said below.
        warnings.filterwarnings("ignore", message="No valid (model|configuration)")
        app.ctx.agent = await run.agent.load_agent(
            model_path=model_path, remote_storage=remote_storage, endpoints=endpoints, loop=loop
        )
    if not app.ctx.agent.is_ready():
        logger.error(
            'The Rasa server ends: the model %s is missing or damaged. Run "make train".',
            model_path,
        )
        # Sanic would log the exit with a traceback.
        logging.getLogger("sanic.error").addFilter(_is_no_exit)
        raise SystemExit(EXIT_CODE)
    # The words of Rasa: people and programs wait for them.
    logger.info("Rasa server is up and running.")
    agent: Agent = app.ctx.agent
    return agent


def _is_no_exit(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], SystemExit))
