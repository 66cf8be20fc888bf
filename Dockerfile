# Foedus with its corpus in it: `docker build -t foedus .`, then `docker run -p 8000:8000 foedus`.
# Plain syntax only: podman and buildah build it as docker does (podman with --format docker, which keeps HEALTHCHECK).
ARG BASE_IMAGE=python:3.13-slim

FROM ${BASE_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/foedus
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv install --quiet --no-compile --require-hashes --requirement requirements.lock
COPY . ./
# The build tool is in the lock; what is served needs it no more. Installing gives the package its version.
RUN python -m pip --python /opt/venv install --quiet --no-compile --no-index --no-deps --no-build-isolation --editable . \
    && python -m pip --python /opt/venv uninstall --quiet --yes setuptools
ENV PATH=/opt/venv/bin:$PATH \
    FOEDUS_DATABASE_URL=sqlite:////srv/foedus/data/foedus.sqlite
RUN python -m seed check && python -m seed load
# Nobody edits an image's files: bytecode that is never compared with them loads fastest.
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/venv/lib app migrations seed

FROM ${BASE_IMAGE}
LABEL org.opencontainers.image.title="Foedus" \
      org.opencontainers.image.description="Facts about defence relations between countries, each with the sentence that proves it, over HTTP." \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    FOEDUS_DATABASE_URL=sqlite:////srv/foedus/data/foedus.sqlite \
    FOEDUS_HOST=0.0.0.0 \
    FOEDUS_PORT=8000
WORKDIR /srv/foedus
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/foedus ./
# The base brings no bytecode of the standard library, and at run time nothing is written: what a start, a load and a
# health check import is compiled here.
RUN python -c "import app.main, seed.__main__, alembic.command, psycopg, uvicorn.loops.uvloop, uvicorn.lifespan.on, uvicorn.protocols.http.httptools_impl; \
import compileall, http.client, logging.config, py_compile, sqlite3, sys; \
files = [module.__file__ for module in list(sys.modules.values()) if (getattr(module, '__file__', None) or '').startswith(sys.base_prefix)]; \
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH; \
sys.exit(not all([compileall.compile_file(file, quiet=1, invalidation_mode=mode) for file in files]))"
# Everything belongs to root and nothing is written: this user need not exist, and --read-only takes nothing away.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s --retries=3 \
    CMD ["python", "-ISc", "import http.client, os, sys; to = http.client.HTTPConnection('127.0.0.1', int(os.environ['FOEDUS_PORT']), timeout=4); to.request('GET', '/readyz'); sys.exit(to.getresponse().status != 200)"]
CMD ["python", "-m", "app"]
