"""Firefox for Playwright: a distribution's own, which lacks a command that Playwright always sends.

Run as `firefox.py FIREFOX ARGUMENT…`: it starts Firefox and stands between the two. A build of
Firefox made for Playwright lacks nothing, but Debian has none.
"""

import asyncio
import json
import re
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

# Colours for dark devices and the like: what they are set to is then the device's own.
LACKING = {"emulation.setMediaFeaturesOverride"}
_ADDRESS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


async def main(*command: str) -> int:
    """Run Firefox; return its exit status."""
    firefox = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    assert firefox.stderr
    async for line in firefox.stderr:
        text = line.decode(errors="replace")
        if found := _ADDRESS.search(text):
            port = await stand_between(found[1])
            text = f"WebDriver BiDi listening on ws://127.0.0.1:{port}\n"
        sys.stderr.write(text)
        sys.stderr.flush()
    return await firefox.wait()


async def stand_between(address: str) -> int:
    """Pass on what is sent to Firefox; return the port to send it to."""

    async def pass_on(client: ServerConnection) -> None:
        assert client.request
        async with connect(address + client.request.path, max_size=None) as browser:

            async def answer() -> None:
                async for message in browser:
                    await client.send(message)

            answers = asyncio.ensure_future(answer())
            async for message in client:
                command = json.loads(message)
                if command["method"] in LACKING:
                    done = {"type": "success", "id": command["id"], "result": {}}
                    await client.send(json.dumps(done))
                else:
                    await browser.send(message)
            answers.cancel()

    server = await serve(pass_on, "127.0.0.1", 0, max_size=None)
    return next(iter(server.sockets)).getsockname()[1]


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
