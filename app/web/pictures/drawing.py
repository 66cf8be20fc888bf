"""The process that draws: a Vega specification in JSON a line in, an SVG in JSON a line out. It knows no picture.

It is a process of its own because the renderer (V8 and a text shaper, in Rust) ends the process it is in by a panic
where it meets what it cannot draw, and because a drawing that takes too long can be stopped by no other means.
"""

from __future__ import annotations

import json
import sys

import vl_convert


def main() -> None:
    """Draw what comes until nothing comes any more: whoever asks has ended."""
    for line in sys.stdin:
        # No address is ever fetched: what is drawn is in the specification.
        try:
            answer = {"svg": vl_convert.vega_to_svg(json.loads(line), allowed_base_urls=[])}
        except ValueError as error:
            answer = {"error": str(error)}
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
