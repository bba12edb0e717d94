"""What the tests of the web channel share."""

from pathlib import Path

import pytest

from bot.channels.web.static_files import ENTRY
from tests.bot.channels.web.test_channel import client, start, widget  # noqa: F401


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A widget of a few modules."""
    files = {
        ENTRY: '/** @import { A } from "./types.js" */\nimport { a } from "./a.js";\n'
        "const late = () => import('./b.js');\nconst text = \"./a.js\";\n",
        "a.js": 'import "./leaf.js";\nexport const a = 1;\n',
        "b.js": "// late\nexport const b = 1;\n",
        "leaf.js": "export const leaf = 1;\n",
        "types.d.ts": "export {};\n",
        ".hidden.js": "secret\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "tests.js").mkdir()
    return tmp_path
