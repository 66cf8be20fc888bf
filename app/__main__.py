"""`python -m app`: serves the application with uvicorn, as the settings say."""

import signal
import sys

if __name__ == "__main__":
    # First of all, for the first process of a container has no default action: uvicorn finishes what it began,
    # then raises the signal again, and a stop that was asked for is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    import uvicorn

    from app.settings import Settings

    settings = Settings()
    uvicorn.run(
        "app.main:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        access_log=settings.access_log,
        timeout_graceful_shutdown=30,
        server_header=False,
    )
