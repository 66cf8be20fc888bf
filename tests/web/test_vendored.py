"""What others have made and we pass on: it is what its notice says, byte for byte, with its licence beside it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

ASSETS = Path("app/kit/assets")


def test_vendored_files_are_those_that_the_notice_names() -> None:
    told = dict(
        re.findall(r"^ +([0-9a-f]{64})  (\S+)$", (ASSETS / "NOTICE.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert sorted(told.values()) == ["swagger-ui-bundle.js", "swagger-ui.css"]
    for digest, name in told.items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == digest, name
    assert "Apache License" in (ASSETS / "swagger-ui.LICENSE").read_text(encoding="utf-8")
