{{/*
The sidecars of the controller, with commas between. Without the CRDs of snapshots csi-snapshotter only complains.
*/}}
{{- define "gluster-csi.sidecars" -}}
provisioner,resizer{{ if include "gluster-csi.snapshots" . }},snapshotter{{ end }}
{{- end -}}

{{/* Takes { root, sidecar }, one of provisioner, resizer and snapshotter. */}}
{{- define "gluster-csi.sidecar" -}}
{{- $values := index .root.Values.sidecars .sidecar -}}
- name: csi-{{ .sidecar }}
  image: {{ $values.image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args:
    - --csi-address=/csi/csi.sock
    - --v={{ ternary 5 2 (has .root.Values.logLevel (list "trace" "debug")) }}
    - --timeout={{ .root.Values.sidecars.timeout }}
    - --retry-interval-max={{ .root.Values.sidecars.retryIntervalMax }}
    - --leader-election
    - --http-endpoint=:{{ $values.port }}
    - --kube-api-qps=20
    - --kube-api-burst=100
    {{- if eq .sidecar "provisioner" }}
    - --worker-threads={{ $values.workers }}
    # The claim's name and namespace, kept in the volume's metadata.
    - --extra-create-metadata
    {{- else if eq .sidecar "snapshotter" }}
    - --worker-threads={{ $values.workers }}
    # The VolumeSnapshot's name and namespace, kept in the snapshot's metadata.
    - --extra-create-metadata
    {{- if include "gluster-csi.groupSnapshots" .root }}
    # Only where the cluster has their CRDs: it waits for these, and takes no other snapshots meanwhile.
    - --feature-gates=CSIVolumeGroupSnapshot=true
    {{- end }}
    {{- else }}
    - --workers={{ $values.workers }}
    # Volumes grow while they are in use: no waiting for their pods to end, and no list of all pods.
    - --handle-volume-inuse-error=false
    {{- end }}
  ports:
    - name: {{ .sidecar }}
      containerPort: {{ $values.port }}
  livenessProbe:
    httpGet:
      path: /healthz/leader-election
      port: {{ .sidecar }}
    initialDelaySeconds: 10
    periodSeconds: 20
    timeoutSeconds: 10
    failureThreshold: 3
  resources: {{- toYaml $values.resources | nindent 4 }}
  securityContext: {{- include "gluster-csi.restricted" . | nindent 4 }}
  volumeMounts:
    - name: socket
      mountPath: /csi
    - name: kubernetes-api
      mountPath: /var/run/secrets/kubernetes.io/serviceaccount
      readOnly: true
{{- end -}}
