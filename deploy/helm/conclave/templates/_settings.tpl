{{- define "conclave.environment" -}}
- { name: CONCLAVE_HOST, value: 0.0.0.0 }
- { name: CONCLAVE_PORT, value: "7600" }
- { name: CONCLAVE_LOG_FORMAT, value: json }
- { name: CONCLAVE_ALLOWED_HOSTS, value: {{ include "conclave.hosts" . | quote }} }
{{- if eq .Values.store.kind "sqlite" }}
- { name: CONCLAVE_STORE, value: "sqlite:/data/conclave.db" }
{{- else }}
- { name: CONCLAVE_STORE, value: {{ required "store.esdb.url: where is EventStoreDB?" .Values.store.esdb.url | quote }} }
- { name: CONCLAVE_WAIT_FOR_STORE, value: "true" }
{{- with .Values.store.esdb.user }}
- { name: CONCLAVE_STORE_USER, value: {{ quote . }} }
- { name: CONCLAVE_STORE_PASSWORD_FILE, value: /etc/conclave/store/password }
{{- end }}
{{- end }}
- { name: CONCLAVE_AUTH, value: {{ .Values.auth.mode | quote }} }
{{- if .Values.auth.tokensSecret }}
- { name: CONCLAVE_TOKENS, value: /etc/conclave/tokens/tokens.json }
{{- end }}
{{- if .Values.auth.access }}
- { name: CONCLAVE_ACCESS, value: /etc/conclave/access/access.yaml }
{{- end }}
{{- if .Values.tls.secret }}
- { name: CONCLAVE_TLS_CERT, value: /etc/conclave/tls/tls.crt }
- { name: CONCLAVE_TLS_KEY, value: /etc/conclave/tls/tls.key }
{{- end }}
{{- if .Values.tls.clientCaSecret }}
- { name: CONCLAVE_TLS_CLIENT_CA, value: /etc/conclave/client-ca/ca.crt }
{{- end }}
{{- if .Values.webhooksSecret }}
- { name: CONCLAVE_WEBHOOKS, value: /etc/conclave/webhooks/webhooks.yaml }
{{- end }}
{{- range $name, $value := .Values.environment }}
{{- /* a number of a values file is a float: without toJson a million would be "1e+06", which no server takes */}}
- { name: {{ $name }}, value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }} }
{{- end }}
{{- end -}}

{{/* Secrets as files, which are renewed in place; readable for the group of the pod, nobody else. */}}
{{- define "conclave.volumes" -}}
- { name: tmp, emptyDir: {} }
{{- if eq .Values.store.kind "esdb" }}
# key, snapshot and what it knew of the log, made anew when the pod is
- { name: data, emptyDir: {} }
{{- end }}
{{- with .Values.auth.tokensSecret }}
- { name: tokens, secret: { secretName: {{ quote . }}, defaultMode: 0440 } }
{{- end }}
{{- if .Values.auth.access }}
- { name: access, configMap: { name: {{ include "conclave.name" . }}-access } }
{{- end }}
{{- with .Values.tls.secret }}
- { name: tls, secret: { secretName: {{ quote . }}, defaultMode: 0440 } }
{{- end }}
{{- with .Values.tls.clientCaSecret }}
- { name: client-ca, secret: { secretName: {{ quote . }}, defaultMode: 0440 } }
{{- end }}
{{- with .Values.webhooksSecret }}
- { name: webhooks, secret: { secretName: {{ quote . }}, defaultMode: 0440 } }
{{- end }}
{{- if and (eq .Values.store.kind "esdb") .Values.store.esdb.user }}
- name: store
  secret:
    secretName: {{ required "store.esdb.passwordSecret.name: the Secret with the password of store.esdb.user" .Values.store.esdb.passwordSecret.name | quote }}
    defaultMode: 0440
    items: [{ key: {{ quote .Values.store.esdb.passwordSecret.key }}, path: password }]
{{- end }}
{{- end -}}
