"""Take the README's pictures from a running server: an answer beside the page, and an emergency.

Usage: .venv/bin/python scripts/screenshots.py [http://localhost:5005/] [docs/images]
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

SERVER = "http://localhost:5005/"
FOLDER = Path("docs/images")
# One file for each: its name, the question, the colours, the width of the screen.
PICTURES = [
    ("answer", "Is osteoporosis an autoimmune disease?", "light", 1280),
    ("emergency", "I fell and my hip hurts, I cannot stand up", "dark", 390),
]
HEIGHT = 780
MAX_BYTES = 200_000


def main(arguments: list[str]) -> int:
    """Take all pictures; return the exit code."""
    server = arguments[0] if arguments else SERVER
    folder = Path(arguments[1]) if len(arguments) > 1 else FOLDER
    chromium = shutil.which("chromium")
    if not chromium:
        print("chromium is not installed (apt-get install chromium)", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for name, question, scheme, width in PICTURES:
            page = browser.new_page(
                viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, locale="en-GB"
            )
            page.goto(server)
            show_answer(page, question)
            path = folder / f"widget-{name}.png"
            page.screenshot(path=path)
            page.close()
            size = path.stat().st_size
            print(f"{path}: {size:,} bytes")
            if size > MAX_BYTES:
                print(f"{path} is over {MAX_BYTES:,} bytes", file=sys.stderr)
                return 1
    return 0


def show_answer(page: Page, question: str) -> None:
    """Ask, and wait for the second message of the bot: the first greets."""
    launcher = page.get_by_role("button", name="Ask a question")
    page.locator("bonafide-chat .panel").wait_for(state="attached")
    if launcher.is_visible():
        launcher.click()
    bots = page.locator("bonafide-chat .message.bot")
    bots.first.wait_for()
    page.get_by_role("textbox", name="Your question").fill(question)
    page.keyboard.press("Enter")
    bots.nth(1).wait_for()
    page.wait_for_timeout(500)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
