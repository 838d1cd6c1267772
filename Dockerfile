# The service's image: engine/, main.py and the built dashboard on a Python with the production packages, nothing else.
# Three stages: the first two build, the last is what runs.

ARG PYTHON=python:3.11-slim
ARG NODE=node:22-slim

FROM ${NODE} AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
# Versions and hashes are the lock's; `npm ci` would refuse a lock made behind a mirror (docs/decisions/0001).
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY web/ ./
RUN npm run build

FROM ${PYTHON} AS packages
COPY requirements/runtime.txt /tmp/runtime.txt
# Wheels only: nothing of a package's runs while it is installed, and no compiler is needed.
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/runtime.txt
COPY engine/ /app/engine/
COPY main.py /app/
# Compiled here, since the one who runs it may not write to /app; a cold start saves a second by it.
RUN /venv/bin/python -m compileall -q /app

FROM ${PYTHON}
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin lockstep
COPY --from=packages /venv /venv
COPY --from=packages /app /app
COPY --from=web /web/dist /app/web/dist
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LOCKSTEP_WEB_DIR=/app/web/dist \
    LOCKSTEP_STATE_DIR=/tmp/lockstep \
    PORT=8080
WORKDIR /app
USER 10001
EXPOSE 8080
STOPSIGNAL SIGTERM
CMD ["python", "-m", "engine", "serve"]
