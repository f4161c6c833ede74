# One image for every role: web (the default), worker and migrate differ by command only.
# It runs as an unprivileged user on a read-only root file system; /data is the one writable place.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.txt ./
RUN ["python", "-m", "venv", "/app/.venv"]
RUN ["/app/.venv/bin/python", "-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check", "--require-hashes", "-r", "requirements.txt"]
COPY manage.py ./
COPY docs ./docs
COPY pulse ./pulse
COPY hr ./hr
COPY collab ./collab
COPY screening ./screening
COPY analytics ./analytics
COPY traces ./traces
RUN ["/app/.venv/bin/python", "-m", "compileall", "-q", "pulse", "hr", "collab", "screening", "analytics", "traces"]
RUN ["/app/.venv/bin/python", "-c", "import pathlib; pathlib.Path('/app/data').mkdir(mode=0o700)"]

FROM python:3.11-slim
WORKDIR /app
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /app/data /data
ENV PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PULSE_DATA_DIR=/data \
    PULSE_HOST=0.0.0.0
USER 10001:10001
VOLUME ["/data"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["python", "-m", "pulse.start.healthcheck"]
CMD ["python", "-m", "pulse.start"]
