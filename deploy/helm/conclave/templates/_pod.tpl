{{- define "conclave.pod" -}}
metadata:
  labels: {{- include "conclave.labels" . | nindent 4 }}
  {{- with .Values.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "conclave.name" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false # CONCLAVE_PORT=tcp://… of a service called conclave
  terminationGracePeriodSeconds: 30
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  containers:
    - name: conclave
      image: {{ include "conclave.image" . | quote }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      ports:
        - { name: http, containerPort: 7600, protocol: TCP }
      env: {{- include "conclave.environment" . | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      startupProbe: # a log is read, a file that was not closed looked through, as fast as the disk gives it: half an hour
        httpGet: {{- include "conclave.probe" (list . "/healthz") | nindent 10 }}
        periodSeconds: 2
        failureThreshold: 900
      livenessProbe: # not readiness: a server whose store is away serves again by itself
        httpGet: {{- include "conclave.probe" (list . "/healthz") | nindent 10 }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {{- include "conclave.probe" (list . "/readyz") | nindent 10 }}
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 2
      lifecycle:
        preStop: # until it is out of every list of endpoints
          exec: { command: [node, -e, 'setTimeout(() => {}, 5000)'] }
      resources: {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /data }
        - { name: tmp, mountPath: /tmp }
        {{- if .Values.auth.tokensSecret }}
        - { name: tokens, mountPath: /etc/conclave/tokens, readOnly: true }
        {{- end }}
        {{- if .Values.auth.access }}
        - { name: access, mountPath: /etc/conclave/access, readOnly: true }
        {{- end }}
        {{- if .Values.tls.secret }}
        - { name: tls, mountPath: /etc/conclave/tls, readOnly: true }
        {{- end }}
        {{- if .Values.tls.clientCaSecret }}
        - { name: client-ca, mountPath: /etc/conclave/client-ca, readOnly: true }
        {{- end }}
        {{- if .Values.webhooksSecret }}
        - { name: webhooks, mountPath: /etc/conclave/webhooks, readOnly: true }
        {{- end }}
        {{- if and (eq .Values.store.kind "esdb") .Values.store.esdb.user }}
        - { name: store, mountPath: /etc/conclave/store, readOnly: true }
        {{- end }}
  volumes: {{- include "conclave.volumes" . | nindent 4 }}
  {{- with .Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .Values.affinity }}
  affinity: {{- toYaml .Values.affinity | nindent 4 }}
  {{- else }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "conclave.selector" . | nindent 10 }}
  {{- end }}
{{- end -}}

{{- define "conclave.probe" -}}
{{- $ := index . 0 -}}
path: {{ index . 1 }}
port: http
scheme: {{ ternary "HTTP" "HTTPS" (empty $.Values.tls.secret) }}
{{- end -}}
