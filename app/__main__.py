"""`python -m app`: serves the application with uvicorn, as the settings say."""

import gc
import signal
import sys


def serve(application: str = "app.main:application") -> None:
    """Serve an application until asked to stop; what was begun is finished, and the stop is no failure.

    application: who makes it; it has garbage looked for again, when that is done.
    """
    # First of all, for the first process of a container has no default action: uvicorn finishes what it began,
    # then raises the signal again.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Of what is made at start hardly anything is garbage: to look for it took a tenth of the time.
    gc.disable()
    import os
    import shutil
    import tempfile
    from pathlib import Path

    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    from app.settings import PREFIX, Settings

    settings = Settings()
    if settings.workers > 1:
        # Others make it.
        gc.enable()
    shared = None
    if settings.metrics and settings.workers > 1 and settings.metrics_folder is None:
        # In memory where there is such a place: a container's file system may be read-only.
        shared = tempfile.mkdtemp(prefix="foedus-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None)  # noqa: S108  # mkdtemp's name is nobody's to foresee
        os.environ[f"{PREFIX}METRICS_FOLDER"] = shared
    loggers = LOGGING_CONFIG["loggers"] | {"foedus": {"handlers": ["default"], "level": "INFO", "propagate": False}}
    try:
        uvicorn.run(
            application,
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            # Ours has its own lines.
            access_log=False,
            log_config=LOGGING_CONFIG | {"loggers": loggers},
            timeout_graceful_shutdown=30,
            server_header=False,
        )
    finally:
        if shared:
            shutil.rmtree(shared, ignore_errors=True)


if __name__ == "__main__":
    serve()
