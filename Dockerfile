# The Conclave server: build with everything, run with what it needs, as nobody in particular.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run -s build && rm -r dist/libs/testing dist/libs/processes dist/libs/*/spec \
    && npm prune --omit=dev --omit=optional --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production CONCLAVE_HOST=0.0.0.0 CONCLAVE_PORT=7600 CONCLAVE_STORE=sqlite:/data/conclave.db
COPY --from=build /build/node_modules /conclave/node_modules
COPY --from=build /build/dist /conclave/dist
COPY --from=build /build/package.json /conclave/
COPY deploy/healthy.mjs /conclave/
# What a server writes beside its store (keys, known marks, snapshots) is in ./data for EventStoreDB: of the volume, too.
WORKDIR /data
RUN chown node:node /data
USER node
VOLUME /data
EXPOSE 7600
HEALTHCHECK --interval=5s --timeout=3s --retries=12 CMD ["node", "/conclave/healthy.mjs"]
# node is process 1 and handles SIGTERM itself: streams end with bye, requests finish, nobody is reported lost.
CMD ["node", "--enable-source-maps", "/conclave/dist/apps/server/src/main.js"]
