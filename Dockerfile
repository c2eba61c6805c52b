# Images of Raceway, built from this checkout; docs/containers.md explains them.
#
#   docker build --target engine -t raceway-engine .    watches a folder, scores with a bundle; no TensorFlow
#   docker build --target learn  -t raceway-learn  .    the same with TensorFlow: learns its own baseline
#   docker build --target serve  -t raceway-serve  .    HTTP interface, metrics, and the console in a browser
#
# Every RUN step is a script in deploy/, so that it can be tried without a container.

ARG PYTHON_IMAGE=python:3.12-slim

FROM ${PYTHON_IMAGE} AS base
WORKDIR /usr/src/raceway
COPY deploy/account.sh deploy/account.sh
RUN deploy/account.sh raceway 10001 /var/lib/raceway
COPY . .
ENV LANG=C.UTF-8 PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/tmp XDG_STATE_HOME=/tmp
VOLUME /var/lib/raceway

FROM base AS engine
RUN deploy/install.sh /opt/raceway
USER 10001:10001
WORKDIR /var/lib/raceway
ENTRYPOINT ["/opt/raceway/bin/raceway"]
CMD ["engine", "watch", "/recordings", "--state", "/var/lib/raceway"]
HEALTHCHECK --interval=30s --timeout=20s --start-period=120s --retries=3 \
    CMD ["/opt/raceway/bin/raceway", "status", "--engine", "--state", "/var/lib/raceway"]

FROM base AS learn
RUN deploy/install.sh /opt/raceway - learning
USER 10001:10001
WORKDIR /var/lib/raceway
ENTRYPOINT ["/opt/raceway/bin/raceway"]
CMD ["engine", "watch", "/recordings", "--state", "/var/lib/raceway"]
HEALTHCHECK --interval=30s --timeout=20s --start-period=120s --retries=3 \
    CMD ["/opt/raceway/bin/raceway", "status", "--engine", "--state", "/var/lib/raceway"]

FROM base AS serve
RUN deploy/install.sh /opt/raceway serve
USER 10001:10001
WORKDIR /var/lib/raceway
EXPOSE 8000
ENTRYPOINT ["/opt/raceway/bin/raceway"]
CMD ["serve", "--console", "--state", "/var/lib/raceway", "--host", "0.0.0.0", "--tokens", "/etc/raceway/tokens.toml"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["/opt/raceway/bin/python", "/usr/src/raceway/deploy/ping.py"]
