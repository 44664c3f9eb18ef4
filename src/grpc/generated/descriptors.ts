// What proto/ says, as JSON text for proto-loader's fromJSON. Written by scripts/generate.ts.
export const descriptors = String.raw`{
 "nested": {
  "csi": {
   "nested": {
    "v1": {
     "nested": {
      "alphaEnum": {
       "type": "bool",
       "id": 1060,
       "extend": "google.protobuf.EnumOptions",
       "protoName": "alpha_enum"
      },
      "alphaEnumValue": {
       "type": "bool",
       "id": 1060,
       "extend": "google.protobuf.EnumValueOptions",
       "protoName": "alpha_enum_value"
      },
      "csiSecret": {
       "type": "bool",
       "id": 1059,
       "extend": "google.protobuf.FieldOptions",
       "protoName": "csi_secret"
      },
      "alphaField": {
       "type": "bool",
       "id": 1060,
       "extend": "google.protobuf.FieldOptions",
       "protoName": "alpha_field"
      },
      "alphaMessage": {
       "type": "bool",
       "id": 1060,
       "extend": "google.protobuf.MessageOptions",
       "protoName": "alpha_message"
      },
      "alphaMethod": {
       "type": "bool",
       "id": 1060,
       "extend": "google.protobuf.MethodOptions",
       "protoName": "alpha_method"
      },
      "alphaService": {
       "type": "bool",
       "id": 1060,
       "extend": "google.protobuf.ServiceOptions",
       "protoName": "alpha_service"
      },
      "Identity": {
       "methods": {
        "GetPluginInfo": {
         "requestType": "GetPluginInfoRequest",
         "responseType": "GetPluginInfoResponse"
        },
        "GetPluginCapabilities": {
         "requestType": "GetPluginCapabilitiesRequest",
         "responseType": "GetPluginCapabilitiesResponse"
        },
        "Probe": {
         "requestType": "ProbeRequest",
         "responseType": "ProbeResponse"
        }
       }
      },
      "GetPluginInfoRequest": {
       "fields": {}
      },
      "GetPluginInfoResponse": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "vendorVersion": {
         "type": "string",
         "id": 2,
         "protoName": "vendor_version"
        },
        "manifest": {
         "keyType": "string",
         "type": "string",
         "id": 3
        }
       }
      },
      "GetPluginCapabilitiesRequest": {
       "fields": {}
      },
      "PluginCapability": {
       "oneofs": {
        "type": {
         "oneof": [
          "service",
          "volumeExpansion"
         ]
        }
       },
       "fields": {
        "service": {
         "type": "Service",
         "id": 1
        },
        "volumeExpansion": {
         "type": "VolumeExpansion",
         "id": 2,
         "protoName": "volume_expansion"
        }
       },
       "nested": {
        "Service": {
         "fields": {
          "type": {
           "type": "Type",
           "id": 1
          }
         },
         "nested": {
          "Type": {
           "valuesOptions": {
            "SNAPSHOT_METADATA_SERVICE": {
             "(alpha_enum_value)": true
            },
            "SNAPSHOT_ACCESSIBILITY_CONSTRAINTS": {
             "(alpha_enum_value)": true
            }
           },
           "values": {
            "UNKNOWN": 0,
            "CONTROLLER_SERVICE": 1,
            "VOLUME_ACCESSIBILITY_CONSTRAINTS": 2,
            "GROUP_CONTROLLER_SERVICE": 3,
            "SNAPSHOT_METADATA_SERVICE": 4,
            "SNAPSHOT_ACCESSIBILITY_CONSTRAINTS": 5
           }
          }
         }
        },
        "VolumeExpansion": {
         "fields": {
          "type": {
           "type": "Type",
           "id": 1
          }
         },
         "nested": {
          "Type": {
           "values": {
            "UNKNOWN": 0,
            "ONLINE": 1,
            "OFFLINE": 2
           }
          }
         }
        }
       }
      },
      "GetPluginCapabilitiesResponse": {
       "fields": {
        "capabilities": {
         "rule": "repeated",
         "type": "PluginCapability",
         "id": 1
        }
       }
      },
      "ProbeRequest": {
       "fields": {}
      },
      "ProbeResponse": {
       "fields": {
        "ready": {
         "type": "google.protobuf.BoolValue",
         "id": 1
        }
       }
      },
      "Controller": {
       "methods": {
        "CreateVolume": {
         "requestType": "CreateVolumeRequest",
         "responseType": "CreateVolumeResponse"
        },
        "DeleteVolume": {
         "requestType": "DeleteVolumeRequest",
         "responseType": "DeleteVolumeResponse"
        },
        "ControllerPublishVolume": {
         "requestType": "ControllerPublishVolumeRequest",
         "responseType": "ControllerPublishVolumeResponse"
        },
        "ControllerUnpublishVolume": {
         "requestType": "ControllerUnpublishVolumeRequest",
         "responseType": "ControllerUnpublishVolumeResponse"
        },
        "ValidateVolumeCapabilities": {
         "requestType": "ValidateVolumeCapabilitiesRequest",
         "responseType": "ValidateVolumeCapabilitiesResponse"
        },
        "ListVolumes": {
         "requestType": "ListVolumesRequest",
         "responseType": "ListVolumesResponse"
        },
        "ControllerListVolumeHealth": {
         "requestType": "ControllerListVolumeHealthRequest",
         "responseType": "ControllerListVolumeHealthResponse",
         "options": {
          "(alpha_method)": true
         },
         "parsedOptions": [
          {
           "(alpha_method)": true
          }
         ]
        },
        "ControllerGetVolumeHealth": {
         "requestType": "ControllerGetVolumeHealthRequest",
         "responseType": "ControllerGetVolumeHealthResponse",
         "options": {
          "(alpha_method)": true
         },
         "parsedOptions": [
          {
           "(alpha_method)": true
          }
         ]
        },
        "GetCapacity": {
         "requestType": "GetCapacityRequest",
         "responseType": "GetCapacityResponse"
        },
        "ControllerGetCapabilities": {
         "requestType": "ControllerGetCapabilitiesRequest",
         "responseType": "ControllerGetCapabilitiesResponse"
        },
        "CreateSnapshot": {
         "requestType": "CreateSnapshotRequest",
         "responseType": "CreateSnapshotResponse"
        },
        "DeleteSnapshot": {
         "requestType": "DeleteSnapshotRequest",
         "responseType": "DeleteSnapshotResponse"
        },
        "ListSnapshots": {
         "requestType": "ListSnapshotsRequest",
         "responseType": "ListSnapshotsResponse"
        },
        "GetSnapshot": {
         "requestType": "GetSnapshotRequest",
         "responseType": "GetSnapshotResponse",
         "options": {
          "(alpha_method)": true
         },
         "parsedOptions": [
          {
           "(alpha_method)": true
          }
         ]
        },
        "ControllerExpandVolume": {
         "requestType": "ControllerExpandVolumeRequest",
         "responseType": "ControllerExpandVolumeResponse"
        },
        "ControllerGetVolume": {
         "requestType": "ControllerGetVolumeRequest",
         "responseType": "ControllerGetVolumeResponse",
         "options": {
          "(alpha_method)": true
         },
         "parsedOptions": [
          {
           "(alpha_method)": true
          }
         ]
        },
        "ControllerModifyVolume": {
         "requestType": "ControllerModifyVolumeRequest",
         "responseType": "ControllerModifyVolumeResponse"
        }
       }
      },
      "CapacityRange": {
       "fields": {
        "requiredBytes": {
         "type": "int64",
         "id": 1,
         "protoName": "required_bytes"
        },
        "limitBytes": {
         "type": "int64",
         "id": 2,
         "protoName": "limit_bytes"
        }
       }
      },
      "VolumeCapability": {
       "oneofs": {
        "accessType": {
         "oneof": [
          "block",
          "mount"
         ]
        }
       },
       "fields": {
        "block": {
         "type": "BlockVolume",
         "id": 1
        },
        "mount": {
         "type": "MountVolume",
         "id": 2
        },
        "accessMode": {
         "type": "AccessMode",
         "id": 3,
         "protoName": "access_mode"
        }
       },
       "nested": {
        "BlockVolume": {
         "fields": {}
        },
        "MountVolume": {
         "fields": {
          "fsType": {
           "type": "string",
           "id": 1,
           "protoName": "fs_type"
          },
          "mountFlags": {
           "rule": "repeated",
           "type": "string",
           "id": 2,
           "protoName": "mount_flags"
          },
          "volumeMountGroup": {
           "type": "string",
           "id": 3,
           "protoName": "volume_mount_group"
          }
         }
        },
        "AccessMode": {
         "fields": {
          "mode": {
           "type": "Mode",
           "id": 1
          }
         },
         "nested": {
          "Mode": {
           "valuesOptions": {
            "SINGLE_NODE_SINGLE_WRITER": {
             "(alpha_enum_value)": true
            },
            "SINGLE_NODE_MULTI_WRITER": {
             "(alpha_enum_value)": true
            }
           },
           "values": {
            "UNKNOWN": 0,
            "SINGLE_NODE_WRITER": 1,
            "SINGLE_NODE_READER_ONLY": 2,
            "MULTI_NODE_READER_ONLY": 3,
            "MULTI_NODE_SINGLE_WRITER": 4,
            "MULTI_NODE_MULTI_WRITER": 5,
            "SINGLE_NODE_SINGLE_WRITER": 6,
            "SINGLE_NODE_MULTI_WRITER": 7
           }
          }
         }
        }
       }
      },
      "VolumeContentSource": {
       "oneofs": {
        "type": {
         "oneof": [
          "snapshot",
          "volume"
         ]
        }
       },
       "fields": {
        "snapshot": {
         "type": "SnapshotSource",
         "id": 1
        },
        "volume": {
         "type": "VolumeSource",
         "id": 2
        }
       },
       "nested": {
        "SnapshotSource": {
         "fields": {
          "snapshotId": {
           "type": "string",
           "id": 1,
           "protoName": "snapshot_id"
          }
         }
        },
        "VolumeSource": {
         "fields": {
          "volumeId": {
           "type": "string",
           "id": 1,
           "protoName": "volume_id"
          }
         }
        }
       }
      },
      "Topology": {
       "fields": {
        "segments": {
         "keyType": "string",
         "type": "string",
         "id": 1
        }
       }
      },
      "TopologyRequirement": {
       "fields": {
        "requisite": {
         "rule": "repeated",
         "type": "Topology",
         "id": 1
        },
        "preferred": {
         "rule": "repeated",
         "type": "Topology",
         "id": 2
        }
       }
      },
      "CreateVolumeRequest": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "capacityRange": {
         "type": "CapacityRange",
         "id": 2,
         "protoName": "capacity_range"
        },
        "volumeCapabilities": {
         "rule": "repeated",
         "type": "VolumeCapability",
         "id": 3,
         "protoName": "volume_capabilities"
        },
        "parameters": {
         "keyType": "string",
         "type": "string",
         "id": 4
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 5,
         "options": {
          "(csi_secret)": true
         }
        },
        "volumeContentSource": {
         "type": "VolumeContentSource",
         "id": 6,
         "protoName": "volume_content_source"
        },
        "accessibilityRequirements": {
         "type": "TopologyRequirement",
         "id": 7,
         "protoName": "accessibility_requirements"
        },
        "mutableParameters": {
         "keyType": "string",
         "type": "string",
         "id": 8,
         "protoName": "mutable_parameters"
        }
       }
      },
      "Volume": {
       "fields": {
        "capacityBytes": {
         "type": "int64",
         "id": 1,
         "protoName": "capacity_bytes"
        },
        "volumeId": {
         "type": "string",
         "id": 2,
         "protoName": "volume_id"
        },
        "volumeContext": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "protoName": "volume_context"
        },
        "contentSource": {
         "type": "VolumeContentSource",
         "id": 4,
         "protoName": "content_source"
        },
        "accessibleTopology": {
         "rule": "repeated",
         "type": "Topology",
         "id": 5,
         "protoName": "accessible_topology"
        }
       }
      },
      "CreateVolumeResponse": {
       "fields": {
        "volume": {
         "type": "Volume",
         "id": 1
        }
       }
      },
      "DeleteVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 2,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "DeleteVolumeResponse": {
       "fields": {}
      },
      "ControllerPublishVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "nodeId": {
         "type": "string",
         "id": 2,
         "protoName": "node_id"
        },
        "volumeCapability": {
         "type": "VolumeCapability",
         "id": 3,
         "protoName": "volume_capability"
        },
        "readonly": {
         "type": "bool",
         "id": 4
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 5,
         "options": {
          "(csi_secret)": true
         }
        },
        "volumeContext": {
         "keyType": "string",
         "type": "string",
         "id": 6,
         "protoName": "volume_context"
        }
       }
      },
      "ControllerPublishVolumeResponse": {
       "fields": {
        "publishContext": {
         "keyType": "string",
         "type": "string",
         "id": 1,
         "protoName": "publish_context"
        }
       }
      },
      "ControllerUnpublishVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "nodeId": {
         "type": "string",
         "id": 2,
         "protoName": "node_id"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "ControllerUnpublishVolumeResponse": {
       "fields": {}
      },
      "ValidateVolumeCapabilitiesRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "volumeContext": {
         "keyType": "string",
         "type": "string",
         "id": 2,
         "protoName": "volume_context"
        },
        "volumeCapabilities": {
         "rule": "repeated",
         "type": "VolumeCapability",
         "id": 3,
         "protoName": "volume_capabilities"
        },
        "parameters": {
         "keyType": "string",
         "type": "string",
         "id": 4
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 5,
         "options": {
          "(csi_secret)": true
         }
        },
        "mutableParameters": {
         "keyType": "string",
         "type": "string",
         "id": 6,
         "protoName": "mutable_parameters"
        }
       }
      },
      "ValidateVolumeCapabilitiesResponse": {
       "fields": {
        "confirmed": {
         "type": "Confirmed",
         "id": 1
        },
        "message": {
         "type": "string",
         "id": 2
        }
       },
       "nested": {
        "Confirmed": {
         "fields": {
          "volumeContext": {
           "keyType": "string",
           "type": "string",
           "id": 1,
           "protoName": "volume_context"
          },
          "volumeCapabilities": {
           "rule": "repeated",
           "type": "VolumeCapability",
           "id": 2,
           "protoName": "volume_capabilities"
          },
          "parameters": {
           "keyType": "string",
           "type": "string",
           "id": 3
          },
          "mutableParameters": {
           "keyType": "string",
           "type": "string",
           "id": 4,
           "protoName": "mutable_parameters"
          }
         }
        }
       }
      },
      "ListVolumesRequest": {
       "fields": {
        "maxEntries": {
         "type": "int32",
         "id": 1,
         "protoName": "max_entries"
        },
        "startingToken": {
         "type": "string",
         "id": 2,
         "protoName": "starting_token"
        }
       }
      },
      "ListVolumesResponse": {
       "fields": {
        "entries": {
         "rule": "repeated",
         "type": "Entry",
         "id": 1
        },
        "nextToken": {
         "type": "string",
         "id": 2,
         "protoName": "next_token"
        }
       },
       "nested": {
        "VolumeStatus": {
         "fields": {
          "publishedNodeIds": {
           "rule": "repeated",
           "type": "string",
           "id": 1,
           "protoName": "published_node_ids"
          }
         },
         "reserved": [
          [
           2,
           2
          ]
         ]
        },
        "Entry": {
         "fields": {
          "volume": {
           "type": "Volume",
           "id": 1
          },
          "status": {
           "type": "VolumeStatus",
           "id": 2
          }
         }
        }
       }
      },
      "ControllerListVolumeHealthRequest": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "maxEntries": {
         "type": "int32",
         "id": 1,
         "protoName": "max_entries"
        },
        "startingToken": {
         "type": "string",
         "id": 2,
         "protoName": "starting_token"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "VolumeHealthErrorType": {
       "values": {
        "UNKNOWN_VOLUME_HEALTH_TYPE": 0,
        "DEGRADED": 1,
        "INACCESSIBLE": 2,
        "DATA_LOSS": 3
       }
      },
      "VolumeHealth": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "healthStatuses": {
         "rule": "repeated",
         "type": "VolumeHealthEntry",
         "id": 2,
         "protoName": "health_statuses"
        }
       },
       "nested": {
        "VolumeHealthEntry": {
         "fields": {
          "status": {
           "type": "VolumeHealthErrorType",
           "id": 1
          },
          "reason": {
           "type": "string",
           "id": 2
          },
          "message": {
           "type": "string",
           "id": 3
          }
         }
        }
       }
      },
      "ControllerListVolumeHealthResponse": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "entries": {
         "rule": "repeated",
         "type": "VolumeHealth",
         "id": 1
        },
        "nextToken": {
         "type": "string",
         "id": 2,
         "protoName": "next_token"
        }
       }
      },
      "ControllerGetVolumeHealthRequest": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 2,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "ControllerGetVolumeHealthResponse": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "volumeHealth": {
         "type": "VolumeHealth",
         "id": 1,
         "protoName": "volume_health"
        }
       }
      },
      "GetCapacityRequest": {
       "fields": {
        "volumeCapabilities": {
         "rule": "repeated",
         "type": "VolumeCapability",
         "id": 1,
         "protoName": "volume_capabilities"
        },
        "parameters": {
         "keyType": "string",
         "type": "string",
         "id": 2
        },
        "accessibleTopology": {
         "type": "Topology",
         "id": 3,
         "protoName": "accessible_topology"
        }
       }
      },
      "GetCapacityResponse": {
       "fields": {
        "availableCapacity": {
         "type": "int64",
         "id": 1,
         "protoName": "available_capacity"
        },
        "maximumVolumeSize": {
         "type": "google.protobuf.Int64Value",
         "id": 2,
         "protoName": "maximum_volume_size"
        },
        "minimumVolumeSize": {
         "type": "google.protobuf.Int64Value",
         "id": 3,
         "protoName": "minimum_volume_size",
         "options": {
          "(alpha_field)": true
         }
        }
       }
      },
      "ControllerGetCapabilitiesRequest": {
       "fields": {}
      },
      "ControllerServiceCapability": {
       "oneofs": {
        "type": {
         "oneof": [
          "rpc"
         ]
        }
       },
       "fields": {
        "rpc": {
         "type": "RPC",
         "id": 1
        }
       },
       "nested": {
        "RPC": {
         "fields": {
          "type": {
           "type": "Type",
           "id": 1
          }
         },
         "nested": {
          "Type": {
           "valuesOptions": {
            "GET_VOLUME": {
             "(alpha_enum_value)": true
            },
            "SINGLE_NODE_MULTI_WRITER": {
             "(alpha_enum_value)": true
            },
            "GET_SNAPSHOT": {
             "(alpha_enum_value)": true
            },
            "GET_VOLUME_HEALTH": {
             "(alpha_enum_value)": true
            },
            "LIST_VOLUME_HEALTH": {
             "(alpha_enum_value)": true
            }
           },
           "values": {
            "UNKNOWN": 0,
            "CREATE_DELETE_VOLUME": 1,
            "PUBLISH_UNPUBLISH_VOLUME": 2,
            "LIST_VOLUMES": 3,
            "GET_CAPACITY": 4,
            "CREATE_DELETE_SNAPSHOT": 5,
            "LIST_SNAPSHOTS": 6,
            "CLONE_VOLUME": 7,
            "PUBLISH_READONLY": 8,
            "EXPAND_VOLUME": 9,
            "LIST_VOLUMES_PUBLISHED_NODES": 10,
            "GET_VOLUME": 12,
            "SINGLE_NODE_MULTI_WRITER": 13,
            "MODIFY_VOLUME": 14,
            "GET_SNAPSHOT": 15,
            "GET_VOLUME_HEALTH": 16,
            "LIST_VOLUME_HEALTH": 17
           },
           "reserved": [
            [
             11,
             11
            ]
           ]
          }
         }
        }
       }
      },
      "ControllerGetCapabilitiesResponse": {
       "fields": {
        "capabilities": {
         "rule": "repeated",
         "type": "ControllerServiceCapability",
         "id": 1
        }
       }
      },
      "CreateSnapshotRequest": {
       "fields": {
        "sourceVolumeId": {
         "type": "string",
         "id": 1,
         "protoName": "source_volume_id"
        },
        "name": {
         "type": "string",
         "id": 2
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "options": {
          "(csi_secret)": true
         }
        },
        "parameters": {
         "keyType": "string",
         "type": "string",
         "id": 4
        },
        "accessibilityRequirements": {
         "type": "TopologyRequirement",
         "id": 5,
         "protoName": "accessibility_requirements",
         "options": {
          "(alpha_field)": true
         }
        }
       }
      },
      "Snapshot": {
       "fields": {
        "sizeBytes": {
         "type": "int64",
         "id": 1,
         "protoName": "size_bytes"
        },
        "snapshotId": {
         "type": "string",
         "id": 2,
         "protoName": "snapshot_id"
        },
        "sourceVolumeId": {
         "type": "string",
         "id": 3,
         "protoName": "source_volume_id"
        },
        "creationTime": {
         "type": "google.protobuf.Timestamp",
         "id": 4,
         "protoName": "creation_time"
        },
        "readyToUse": {
         "type": "bool",
         "id": 5,
         "protoName": "ready_to_use"
        },
        "groupSnapshotId": {
         "type": "string",
         "id": 6,
         "protoName": "group_snapshot_id"
        },
        "accessibleTopology": {
         "rule": "repeated",
         "type": "Topology",
         "id": 7,
         "protoName": "accessible_topology",
         "options": {
          "(alpha_field)": true
         }
        }
       }
      },
      "CreateSnapshotResponse": {
       "fields": {
        "snapshot": {
         "type": "Snapshot",
         "id": 1
        }
       }
      },
      "DeleteSnapshotRequest": {
       "fields": {
        "snapshotId": {
         "type": "string",
         "id": 1,
         "protoName": "snapshot_id"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 2,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "DeleteSnapshotResponse": {
       "fields": {}
      },
      "ListSnapshotsRequest": {
       "fields": {
        "maxEntries": {
         "type": "int32",
         "id": 1,
         "protoName": "max_entries"
        },
        "startingToken": {
         "type": "string",
         "id": 2,
         "protoName": "starting_token"
        },
        "sourceVolumeId": {
         "type": "string",
         "id": 3,
         "protoName": "source_volume_id"
        },
        "snapshotId": {
         "type": "string",
         "id": 4,
         "protoName": "snapshot_id"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 5,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "ListSnapshotsResponse": {
       "fields": {
        "entries": {
         "rule": "repeated",
         "type": "Entry",
         "id": 1
        },
        "nextToken": {
         "type": "string",
         "id": 2,
         "protoName": "next_token"
        }
       },
       "nested": {
        "Entry": {
         "fields": {
          "snapshot": {
           "type": "Snapshot",
           "id": 1
          }
         }
        }
       }
      },
      "GetSnapshotRequest": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "snapshotId": {
         "type": "string",
         "id": 1,
         "protoName": "snapshot_id"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 2,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "GetSnapshotResponse": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "snapshot": {
         "type": "Snapshot",
         "id": 1
        }
       }
      },
      "ControllerExpandVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "capacityRange": {
         "type": "CapacityRange",
         "id": 2,
         "protoName": "capacity_range"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "options": {
          "(csi_secret)": true
         }
        },
        "volumeCapability": {
         "type": "VolumeCapability",
         "id": 4,
         "protoName": "volume_capability"
        }
       }
      },
      "ControllerExpandVolumeResponse": {
       "fields": {
        "capacityBytes": {
         "type": "int64",
         "id": 1,
         "protoName": "capacity_bytes"
        },
        "nodeExpansionRequired": {
         "type": "bool",
         "id": 2,
         "protoName": "node_expansion_required"
        }
       }
      },
      "ControllerGetVolumeRequest": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        }
       }
      },
      "ControllerGetVolumeResponse": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "volume": {
         "type": "Volume",
         "id": 1
        },
        "status": {
         "type": "VolumeStatus",
         "id": 2
        }
       },
       "nested": {
        "VolumeStatus": {
         "fields": {
          "publishedNodeIds": {
           "rule": "repeated",
           "type": "string",
           "id": 1,
           "protoName": "published_node_ids"
          }
         },
         "reserved": [
          [
           2,
           2
          ]
         ]
        }
       }
      },
      "ControllerModifyVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 2,
         "options": {
          "(csi_secret)": true
         }
        },
        "mutableParameters": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "protoName": "mutable_parameters"
        }
       }
      },
      "ControllerModifyVolumeResponse": {
       "fields": {}
      },
      "GroupController": {
       "methods": {
        "GroupControllerGetCapabilities": {
         "requestType": "GroupControllerGetCapabilitiesRequest",
         "responseType": "GroupControllerGetCapabilitiesResponse"
        },
        "CreateVolumeGroupSnapshot": {
         "requestType": "CreateVolumeGroupSnapshotRequest",
         "responseType": "CreateVolumeGroupSnapshotResponse"
        },
        "DeleteVolumeGroupSnapshot": {
         "requestType": "DeleteVolumeGroupSnapshotRequest",
         "responseType": "DeleteVolumeGroupSnapshotResponse"
        },
        "GetVolumeGroupSnapshot": {
         "requestType": "GetVolumeGroupSnapshotRequest",
         "responseType": "GetVolumeGroupSnapshotResponse"
        }
       }
      },
      "GroupControllerGetCapabilitiesRequest": {
       "fields": {}
      },
      "GroupControllerServiceCapability": {
       "oneofs": {
        "type": {
         "oneof": [
          "rpc"
         ]
        }
       },
       "fields": {
        "rpc": {
         "type": "RPC",
         "id": 1
        }
       },
       "nested": {
        "RPC": {
         "fields": {
          "type": {
           "type": "Type",
           "id": 1
          }
         },
         "nested": {
          "Type": {
           "values": {
            "UNKNOWN": 0,
            "CREATE_DELETE_GET_VOLUME_GROUP_SNAPSHOT": 1
           }
          }
         }
        }
       }
      },
      "GroupControllerGetCapabilitiesResponse": {
       "fields": {
        "capabilities": {
         "rule": "repeated",
         "type": "GroupControllerServiceCapability",
         "id": 1
        }
       }
      },
      "CreateVolumeGroupSnapshotRequest": {
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "sourceVolumeIds": {
         "rule": "repeated",
         "type": "string",
         "id": 2,
         "protoName": "source_volume_ids"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "options": {
          "(csi_secret)": true
         }
        },
        "parameters": {
         "keyType": "string",
         "type": "string",
         "id": 4
        }
       }
      },
      "VolumeGroupSnapshot": {
       "fields": {
        "groupSnapshotId": {
         "type": "string",
         "id": 1,
         "protoName": "group_snapshot_id"
        },
        "snapshots": {
         "rule": "repeated",
         "type": "Snapshot",
         "id": 2
        },
        "creationTime": {
         "type": "google.protobuf.Timestamp",
         "id": 3,
         "protoName": "creation_time"
        },
        "readyToUse": {
         "type": "bool",
         "id": 4,
         "protoName": "ready_to_use"
        }
       }
      },
      "CreateVolumeGroupSnapshotResponse": {
       "fields": {
        "groupSnapshot": {
         "type": "VolumeGroupSnapshot",
         "id": 1,
         "protoName": "group_snapshot"
        }
       }
      },
      "DeleteVolumeGroupSnapshotRequest": {
       "fields": {
        "groupSnapshotId": {
         "type": "string",
         "id": 1,
         "protoName": "group_snapshot_id"
        },
        "snapshotIds": {
         "rule": "repeated",
         "type": "string",
         "id": 2,
         "protoName": "snapshot_ids"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "DeleteVolumeGroupSnapshotResponse": {
       "fields": {}
      },
      "GetVolumeGroupSnapshotRequest": {
       "fields": {
        "groupSnapshotId": {
         "type": "string",
         "id": 1,
         "protoName": "group_snapshot_id"
        },
        "snapshotIds": {
         "rule": "repeated",
         "type": "string",
         "id": 2,
         "protoName": "snapshot_ids"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 3,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "GetVolumeGroupSnapshotResponse": {
       "fields": {
        "groupSnapshot": {
         "type": "VolumeGroupSnapshot",
         "id": 1,
         "protoName": "group_snapshot"
        }
       }
      },
      "SnapshotMetadata": {
       "options": {
        "(alpha_service)": true
       },
       "methods": {
        "GetMetadataAllocated": {
         "requestType": "GetMetadataAllocatedRequest",
         "responseType": "GetMetadataAllocatedResponse",
         "responseStream": true
        },
        "GetMetadataDelta": {
         "requestType": "GetMetadataDeltaRequest",
         "responseType": "GetMetadataDeltaResponse",
         "responseStream": true
        }
       }
      },
      "GetMetadataAllocatedRequest": {
       "fields": {
        "snapshotId": {
         "type": "string",
         "id": 1,
         "protoName": "snapshot_id"
        },
        "startingOffset": {
         "type": "int64",
         "id": 2,
         "protoName": "starting_offset"
        },
        "maxResults": {
         "type": "int32",
         "id": 3,
         "protoName": "max_results"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 4,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "BlockMetadataType": {
       "values": {
        "UNKNOWN": 0,
        "FIXED_LENGTH": 1,
        "VARIABLE_LENGTH": 2
       }
      },
      "BlockMetadata": {
       "fields": {
        "byteOffset": {
         "type": "int64",
         "id": 1,
         "protoName": "byte_offset"
        },
        "sizeBytes": {
         "type": "int64",
         "id": 2,
         "protoName": "size_bytes"
        }
       }
      },
      "GetMetadataAllocatedResponse": {
       "fields": {
        "blockMetadataType": {
         "type": "BlockMetadataType",
         "id": 1,
         "protoName": "block_metadata_type"
        },
        "volumeCapacityBytes": {
         "type": "int64",
         "id": 2,
         "protoName": "volume_capacity_bytes"
        },
        "blockMetadata": {
         "rule": "repeated",
         "type": "BlockMetadata",
         "id": 3,
         "protoName": "block_metadata"
        }
       }
      },
      "GetMetadataDeltaRequest": {
       "fields": {
        "baseSnapshotId": {
         "type": "string",
         "id": 1,
         "protoName": "base_snapshot_id"
        },
        "targetSnapshotId": {
         "type": "string",
         "id": 2,
         "protoName": "target_snapshot_id"
        },
        "startingOffset": {
         "type": "int64",
         "id": 3,
         "protoName": "starting_offset"
        },
        "maxResults": {
         "type": "int32",
         "id": 4,
         "protoName": "max_results"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 5,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "GetMetadataDeltaResponse": {
       "fields": {
        "blockMetadataType": {
         "type": "BlockMetadataType",
         "id": 1,
         "protoName": "block_metadata_type"
        },
        "volumeCapacityBytes": {
         "type": "int64",
         "id": 2,
         "protoName": "volume_capacity_bytes"
        },
        "blockMetadata": {
         "rule": "repeated",
         "type": "BlockMetadata",
         "id": 3,
         "protoName": "block_metadata"
        }
       }
      },
      "Node": {
       "methods": {
        "NodeStageVolume": {
         "requestType": "NodeStageVolumeRequest",
         "responseType": "NodeStageVolumeResponse"
        },
        "NodeUnstageVolume": {
         "requestType": "NodeUnstageVolumeRequest",
         "responseType": "NodeUnstageVolumeResponse"
        },
        "NodePublishVolume": {
         "requestType": "NodePublishVolumeRequest",
         "responseType": "NodePublishVolumeResponse"
        },
        "NodeUnpublishVolume": {
         "requestType": "NodeUnpublishVolumeRequest",
         "responseType": "NodeUnpublishVolumeResponse"
        },
        "NodeGetVolumeStats": {
         "requestType": "NodeGetVolumeStatsRequest",
         "responseType": "NodeGetVolumeStatsResponse"
        },
        "NodeGetVolumeHealth": {
         "requestType": "NodeGetVolumeHealthRequest",
         "responseType": "NodeGetVolumeHealthResponse",
         "options": {
          "(alpha_method)": true
         },
         "parsedOptions": [
          {
           "(alpha_method)": true
          }
         ]
        },
        "NodeGetStorageHealth": {
         "requestType": "NodeGetStorageHealthRequest",
         "responseType": "NodeGetStorageHealthResponse",
         "options": {
          "(alpha_method)": true
         },
         "parsedOptions": [
          {
           "(alpha_method)": true
          }
         ]
        },
        "NodeExpandVolume": {
         "requestType": "NodeExpandVolumeRequest",
         "responseType": "NodeExpandVolumeResponse"
        },
        "NodeGetCapabilities": {
         "requestType": "NodeGetCapabilitiesRequest",
         "responseType": "NodeGetCapabilitiesResponse"
        },
        "NodeGetInfo": {
         "requestType": "NodeGetInfoRequest",
         "responseType": "NodeGetInfoResponse"
        }
       }
      },
      "NodeStageVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "publishContext": {
         "keyType": "string",
         "type": "string",
         "id": 2,
         "protoName": "publish_context"
        },
        "stagingTargetPath": {
         "type": "string",
         "id": 3,
         "protoName": "staging_target_path"
        },
        "volumeCapability": {
         "type": "VolumeCapability",
         "id": 4,
         "protoName": "volume_capability"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 5,
         "options": {
          "(csi_secret)": true
         }
        },
        "volumeContext": {
         "keyType": "string",
         "type": "string",
         "id": 6,
         "protoName": "volume_context"
        }
       }
      },
      "NodeStageVolumeResponse": {
       "fields": {}
      },
      "NodeUnstageVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "stagingTargetPath": {
         "type": "string",
         "id": 2,
         "protoName": "staging_target_path"
        }
       }
      },
      "NodeUnstageVolumeResponse": {
       "fields": {}
      },
      "NodePublishVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "publishContext": {
         "keyType": "string",
         "type": "string",
         "id": 2,
         "protoName": "publish_context"
        },
        "stagingTargetPath": {
         "type": "string",
         "id": 3,
         "protoName": "staging_target_path"
        },
        "targetPath": {
         "type": "string",
         "id": 4,
         "protoName": "target_path"
        },
        "volumeCapability": {
         "type": "VolumeCapability",
         "id": 5,
         "protoName": "volume_capability"
        },
        "readonly": {
         "type": "bool",
         "id": 6
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 7,
         "options": {
          "(csi_secret)": true
         }
        },
        "volumeContext": {
         "keyType": "string",
         "type": "string",
         "id": 8,
         "protoName": "volume_context"
        }
       }
      },
      "NodePublishVolumeResponse": {
       "fields": {}
      },
      "NodeUnpublishVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "targetPath": {
         "type": "string",
         "id": 2,
         "protoName": "target_path"
        }
       }
      },
      "NodeUnpublishVolumeResponse": {
       "fields": {}
      },
      "NodeGetVolumeStatsRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "volumePath": {
         "type": "string",
         "id": 2,
         "protoName": "volume_path"
        },
        "stagingTargetPath": {
         "type": "string",
         "id": 3,
         "protoName": "staging_target_path"
        }
       }
      },
      "VolumeUsage": {
       "fields": {
        "available": {
         "type": "int64",
         "id": 1
        },
        "total": {
         "type": "int64",
         "id": 2
        },
        "used": {
         "type": "int64",
         "id": 3
        },
        "unit": {
         "type": "Unit",
         "id": 4
        }
       },
       "nested": {
        "Unit": {
         "values": {
          "UNKNOWN": 0,
          "BYTES": 1,
          "INODES": 2
         }
        }
       }
      },
      "NodeGetVolumeStatsResponse": {
       "fields": {
        "usage": {
         "rule": "repeated",
         "type": "VolumeUsage",
         "id": 1
        }
       },
       "reserved": [
        [
         2,
         2
        ]
       ]
      },
      "NodeGetVolumeHealthRequest": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "volumePublishPath": {
         "type": "string",
         "id": 2,
         "protoName": "volume_publish_path"
        },
        "stagingTargetPath": {
         "type": "string",
         "id": 3,
         "protoName": "staging_target_path"
        }
       }
      },
      "NodeGetVolumeHealthResponse": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "volumeHealth": {
         "type": "VolumeHealth",
         "id": 1,
         "protoName": "volume_health"
        }
       }
      },
      "NodeGetStorageHealthRequest": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 1,
         "options": {
          "(csi_secret)": true
         }
        }
       }
      },
      "StorageHealthErrorType": {
       "values": {
        "UNKNOWN_STORAGE_HEALTH_ERROR_TYPE": 0,
        "STORAGE_DEGRADED": 1,
        "STORAGE_UNREACHABLE": 2
       }
      },
      "NodeGetStorageHealthResponse": {
       "options": {
        "(alpha_message)": true
       },
       "fields": {
        "backendHealth": {
         "rule": "repeated",
         "type": "StorageBackendHealth",
         "id": 1,
         "protoName": "backend_health"
        }
       },
       "nested": {
        "StorageBackendHealth": {
         "fields": {
          "status": {
           "type": "StorageHealthErrorType",
           "id": 1
          },
          "reason": {
           "type": "string",
           "id": 2
          },
          "message": {
           "type": "string",
           "id": 3
          },
          "volumeCapability": {
           "type": "VolumeCapability",
           "id": 4,
           "protoName": "volume_capability"
          }
         }
        }
       }
      },
      "NodeExpandVolumeRequest": {
       "fields": {
        "volumeId": {
         "type": "string",
         "id": 1,
         "protoName": "volume_id"
        },
        "volumePath": {
         "type": "string",
         "id": 2,
         "protoName": "volume_path"
        },
        "capacityRange": {
         "type": "CapacityRange",
         "id": 3,
         "protoName": "capacity_range"
        },
        "stagingTargetPath": {
         "type": "string",
         "id": 4,
         "protoName": "staging_target_path"
        },
        "volumeCapability": {
         "type": "VolumeCapability",
         "id": 5,
         "protoName": "volume_capability"
        },
        "secrets": {
         "keyType": "string",
         "type": "string",
         "id": 6,
         "options": {
          "(csi_secret)": true,
          "(alpha_field)": true
         }
        }
       }
      },
      "NodeExpandVolumeResponse": {
       "fields": {
        "capacityBytes": {
         "type": "int64",
         "id": 1,
         "protoName": "capacity_bytes"
        }
       }
      },
      "NodeGetCapabilitiesRequest": {
       "fields": {}
      },
      "NodeServiceCapability": {
       "oneofs": {
        "type": {
         "oneof": [
          "rpc"
         ]
        }
       },
       "fields": {
        "rpc": {
         "type": "RPC",
         "id": 1
        }
       },
       "nested": {
        "RPC": {
         "fields": {
          "type": {
           "type": "Type",
           "id": 1
          }
         },
         "nested": {
          "Type": {
           "valuesOptions": {
            "SINGLE_NODE_MULTI_WRITER": {
             "(alpha_enum_value)": true
            },
            "GET_VOLUME_HEALTH": {
             "(alpha_enum_value)": true
            },
            "GET_STORAGE_HEALTH": {
             "(alpha_enum_value)": true
            }
           },
           "values": {
            "UNKNOWN": 0,
            "STAGE_UNSTAGE_VOLUME": 1,
            "GET_VOLUME_STATS": 2,
            "EXPAND_VOLUME": 3,
            "SINGLE_NODE_MULTI_WRITER": 5,
            "VOLUME_MOUNT_GROUP": 6,
            "GET_VOLUME_HEALTH": 7,
            "GET_STORAGE_HEALTH": 8
           },
           "reserved": [
            [
             4,
             4
            ]
           ]
          }
         }
        }
       }
      },
      "NodeGetCapabilitiesResponse": {
       "fields": {
        "capabilities": {
         "rule": "repeated",
         "type": "NodeServiceCapability",
         "id": 1
        }
       }
      },
      "NodeGetInfoRequest": {
       "fields": {}
      },
      "NodeGetInfoResponse": {
       "fields": {
        "nodeId": {
         "type": "string",
         "id": 1,
         "protoName": "node_id"
        },
        "maxVolumesPerNode": {
         "type": "int64",
         "id": 2,
         "protoName": "max_volumes_per_node"
        },
        "accessibleTopology": {
         "type": "Topology",
         "id": 3,
         "protoName": "accessible_topology"
        }
       }
      }
     }
    }
   }
  },
  "google": {
   "nested": {
    "protobuf": {
     "nested": {
      "FileDescriptorSet": {
       "edition": "proto2",
       "fields": {
        "file": {
         "rule": "repeated",
         "type": "FileDescriptorProto",
         "id": 1
        }
       },
       "extensions": [
        [
         536000000,
         536000000
        ]
       ]
      },
      "Edition": {
       "edition": "proto2",
       "values": {
        "EDITION_UNKNOWN": 0,
        "EDITION_LEGACY": 900,
        "EDITION_PROTO2": 998,
        "EDITION_PROTO3": 999,
        "EDITION_2023": 1000,
        "EDITION_2024": 1001,
        "EDITION_2026": 1002,
        "EDITION_1_TEST_ONLY": 1,
        "EDITION_2_TEST_ONLY": 2,
        "EDITION_99997_TEST_ONLY": 99997,
        "EDITION_99998_TEST_ONLY": 99998,
        "EDITION_99999_TEST_ONLY": 99999,
        "EDITION_MAX": 2147483647
       }
      },
      "FileDescriptorProto": {
       "edition": "proto2",
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "package": {
         "type": "string",
         "id": 2
        },
        "dependency": {
         "rule": "repeated",
         "type": "string",
         "id": 3
        },
        "publicDependency": {
         "rule": "repeated",
         "type": "int32",
         "id": 10,
         "protoName": "public_dependency"
        },
        "weakDependency": {
         "rule": "repeated",
         "type": "int32",
         "id": 11,
         "protoName": "weak_dependency"
        },
        "optionDependency": {
         "rule": "repeated",
         "type": "string",
         "id": 15,
         "protoName": "option_dependency"
        },
        "messageType": {
         "rule": "repeated",
         "type": "DescriptorProto",
         "id": 4,
         "protoName": "message_type"
        },
        "enumType": {
         "rule": "repeated",
         "type": "EnumDescriptorProto",
         "id": 5,
         "protoName": "enum_type"
        },
        "service": {
         "rule": "repeated",
         "type": "ServiceDescriptorProto",
         "id": 6
        },
        "extension": {
         "rule": "repeated",
         "type": "FieldDescriptorProto",
         "id": 7
        },
        "options": {
         "type": "FileOptions",
         "id": 8
        },
        "sourceCodeInfo": {
         "type": "SourceCodeInfo",
         "id": 9,
         "protoName": "source_code_info"
        },
        "syntax": {
         "type": "string",
         "id": 12
        },
        "edition": {
         "type": "Edition",
         "id": 14
        }
       }
      },
      "DescriptorProto": {
       "edition": "proto2",
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "field": {
         "rule": "repeated",
         "type": "FieldDescriptorProto",
         "id": 2
        },
        "extension": {
         "rule": "repeated",
         "type": "FieldDescriptorProto",
         "id": 6
        },
        "nestedType": {
         "rule": "repeated",
         "type": "DescriptorProto",
         "id": 3,
         "protoName": "nested_type"
        },
        "enumType": {
         "rule": "repeated",
         "type": "EnumDescriptorProto",
         "id": 4,
         "protoName": "enum_type"
        },
        "extensionRange": {
         "rule": "repeated",
         "type": "ExtensionRange",
         "id": 5,
         "protoName": "extension_range"
        },
        "oneofDecl": {
         "rule": "repeated",
         "type": "OneofDescriptorProto",
         "id": 8,
         "protoName": "oneof_decl"
        },
        "options": {
         "type": "MessageOptions",
         "id": 7
        },
        "reservedRange": {
         "rule": "repeated",
         "type": "ReservedRange",
         "id": 9,
         "protoName": "reserved_range"
        },
        "reservedName": {
         "rule": "repeated",
         "type": "string",
         "id": 10,
         "protoName": "reserved_name"
        },
        "visibility": {
         "type": "SymbolVisibility",
         "id": 11
        }
       },
       "nested": {
        "ExtensionRange": {
         "fields": {
          "start": {
           "type": "int32",
           "id": 1
          },
          "end": {
           "type": "int32",
           "id": 2
          },
          "options": {
           "type": "ExtensionRangeOptions",
           "id": 3
          }
         }
        },
        "ReservedRange": {
         "fields": {
          "start": {
           "type": "int32",
           "id": 1
          },
          "end": {
           "type": "int32",
           "id": 2
          }
         }
        }
       }
      },
      "ExtensionRangeOptions": {
       "edition": "proto2",
       "fields": {
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        },
        "declaration": {
         "rule": "repeated",
         "type": "Declaration",
         "id": 2,
         "options": {
          "retention": "RETENTION_SOURCE"
         }
        },
        "features": {
         "type": "FeatureSet",
         "id": 50
        },
        "verification": {
         "type": "VerificationState",
         "id": 3,
         "options": {
          "default": "UNVERIFIED",
          "retention": "RETENTION_SOURCE"
         }
        }
       },
       "extensions": [
        [
         1000,
         536870911
        ]
       ],
       "nested": {
        "Declaration": {
         "fields": {
          "number": {
           "type": "int32",
           "id": 1
          },
          "fullName": {
           "type": "string",
           "id": 2,
           "protoName": "full_name"
          },
          "type": {
           "type": "string",
           "id": 3
          },
          "reserved": {
           "type": "bool",
           "id": 5
          },
          "repeated": {
           "type": "bool",
           "id": 6
          }
         },
         "reserved": [
          [
           4,
           4
          ]
         ]
        },
        "VerificationState": {
         "values": {
          "DECLARATION": 0,
          "UNVERIFIED": 1
         }
        }
       }
      },
      "FieldDescriptorProto": {
       "edition": "proto2",
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "number": {
         "type": "int32",
         "id": 3
        },
        "label": {
         "type": "Label",
         "id": 4
        },
        "type": {
         "type": "Type",
         "id": 5
        },
        "typeName": {
         "type": "string",
         "id": 6,
         "protoName": "type_name"
        },
        "extendee": {
         "type": "string",
         "id": 2
        },
        "defaultValue": {
         "type": "string",
         "id": 7,
         "protoName": "default_value"
        },
        "oneofIndex": {
         "type": "int32",
         "id": 9,
         "protoName": "oneof_index"
        },
        "jsonName": {
         "type": "string",
         "id": 10,
         "protoName": "json_name"
        },
        "options": {
         "type": "FieldOptions",
         "id": 8
        },
        "proto3Optional": {
         "type": "bool",
         "id": 17,
         "protoName": "proto3_optional"
        }
       },
       "nested": {
        "Type": {
         "values": {
          "TYPE_DOUBLE": 1,
          "TYPE_FLOAT": 2,
          "TYPE_INT64": 3,
          "TYPE_UINT64": 4,
          "TYPE_INT32": 5,
          "TYPE_FIXED64": 6,
          "TYPE_FIXED32": 7,
          "TYPE_BOOL": 8,
          "TYPE_STRING": 9,
          "TYPE_GROUP": 10,
          "TYPE_MESSAGE": 11,
          "TYPE_BYTES": 12,
          "TYPE_UINT32": 13,
          "TYPE_ENUM": 14,
          "TYPE_SFIXED32": 15,
          "TYPE_SFIXED64": 16,
          "TYPE_SINT32": 17,
          "TYPE_SINT64": 18
         }
        },
        "Label": {
         "values": {
          "LABEL_OPTIONAL": 1,
          "LABEL_REPEATED": 3,
          "LABEL_REQUIRED": 2
         }
        }
       }
      },
      "OneofDescriptorProto": {
       "edition": "proto2",
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "options": {
         "type": "OneofOptions",
         "id": 2
        }
       }
      },
      "EnumDescriptorProto": {
       "edition": "proto2",
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "value": {
         "rule": "repeated",
         "type": "EnumValueDescriptorProto",
         "id": 2
        },
        "options": {
         "type": "EnumOptions",
         "id": 3
        },
        "reservedRange": {
         "rule": "repeated",
         "type": "EnumReservedRange",
         "id": 4,
         "protoName": "reserved_range"
        },
        "reservedName": {
         "rule": "repeated",
         "type": "string",
         "id": 5,
         "protoName": "reserved_name"
        },
        "visibility": {
         "type": "SymbolVisibility",
         "id": 6
        }
       },
       "nested": {
        "EnumReservedRange": {
         "fields": {
          "start": {
           "type": "int32",
           "id": 1
          },
          "end": {
           "type": "int32",
           "id": 2
          }
         }
        }
       }
      },
      "EnumValueDescriptorProto": {
       "edition": "proto2",
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "number": {
         "type": "int32",
         "id": 2
        },
        "options": {
         "type": "EnumValueOptions",
         "id": 3
        }
       }
      },
      "ServiceDescriptorProto": {
       "edition": "proto2",
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "method": {
         "rule": "repeated",
         "type": "MethodDescriptorProto",
         "id": 2
        },
        "options": {
         "type": "ServiceOptions",
         "id": 3
        }
       }
      },
      "MethodDescriptorProto": {
       "edition": "proto2",
       "fields": {
        "name": {
         "type": "string",
         "id": 1
        },
        "inputType": {
         "type": "string",
         "id": 2,
         "protoName": "input_type"
        },
        "outputType": {
         "type": "string",
         "id": 3,
         "protoName": "output_type"
        },
        "options": {
         "type": "MethodOptions",
         "id": 4
        },
        "clientStreaming": {
         "type": "bool",
         "id": 5,
         "protoName": "client_streaming"
        },
        "serverStreaming": {
         "type": "bool",
         "id": 6,
         "protoName": "server_streaming"
        }
       }
      },
      "FileOptions": {
       "edition": "proto2",
       "fields": {
        "javaPackage": {
         "type": "string",
         "id": 1,
         "protoName": "java_package"
        },
        "javaOuterClassname": {
         "type": "string",
         "id": 8,
         "protoName": "java_outer_classname"
        },
        "javaMultipleFiles": {
         "type": "bool",
         "id": 10,
         "protoName": "java_multiple_files"
        },
        "javaGenerateEqualsAndHash": {
         "type": "bool",
         "id": 20,
         "protoName": "java_generate_equals_and_hash",
         "options": {
          "deprecated": true
         }
        },
        "javaStringCheckUtf8": {
         "type": "bool",
         "id": 27,
         "protoName": "java_string_check_utf8"
        },
        "optimizeFor": {
         "type": "OptimizeMode",
         "id": 9,
         "protoName": "optimize_for",
         "options": {
          "default": "SPEED"
         }
        },
        "goPackage": {
         "type": "string",
         "id": 11,
         "protoName": "go_package"
        },
        "ccGenericServices": {
         "type": "bool",
         "id": 16,
         "protoName": "cc_generic_services"
        },
        "javaGenericServices": {
         "type": "bool",
         "id": 17,
         "protoName": "java_generic_services"
        },
        "pyGenericServices": {
         "type": "bool",
         "id": 18,
         "protoName": "py_generic_services"
        },
        "deprecated": {
         "type": "bool",
         "id": 23
        },
        "ccEnableArenas": {
         "type": "bool",
         "id": 31,
         "protoName": "cc_enable_arenas",
         "options": {
          "default": true
         }
        },
        "objcClassPrefix": {
         "type": "string",
         "id": 36,
         "protoName": "objc_class_prefix"
        },
        "csharpNamespace": {
         "type": "string",
         "id": 37,
         "protoName": "csharp_namespace"
        },
        "swiftPrefix": {
         "type": "string",
         "id": 39,
         "protoName": "swift_prefix"
        },
        "phpClassPrefix": {
         "type": "string",
         "id": 40,
         "protoName": "php_class_prefix"
        },
        "phpNamespace": {
         "type": "string",
         "id": 41,
         "protoName": "php_namespace"
        },
        "phpMetadataNamespace": {
         "type": "string",
         "id": 44,
         "protoName": "php_metadata_namespace"
        },
        "rubyPackage": {
         "type": "string",
         "id": 45,
         "protoName": "ruby_package"
        },
        "features": {
         "type": "FeatureSet",
         "id": 50
        },
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        }
       },
       "extensions": [
        [
         1000,
         536870911
        ]
       ],
       "reserved": [
        [
         42,
         42
        ],
        [
         38,
         38
        ],
        "php_generic_services"
       ],
       "nested": {
        "OptimizeMode": {
         "values": {
          "SPEED": 1,
          "CODE_SIZE": 2,
          "LITE_RUNTIME": 3
         }
        }
       }
      },
      "MessageOptions": {
       "edition": "proto2",
       "fields": {
        "messageSetWireFormat": {
         "type": "bool",
         "id": 1,
         "protoName": "message_set_wire_format"
        },
        "noStandardDescriptorAccessor": {
         "type": "bool",
         "id": 2,
         "protoName": "no_standard_descriptor_accessor"
        },
        "deprecated": {
         "type": "bool",
         "id": 3
        },
        "mapEntry": {
         "type": "bool",
         "id": 7,
         "protoName": "map_entry"
        },
        "deprecatedLegacyJsonFieldConflicts": {
         "type": "bool",
         "id": 11,
         "protoName": "deprecated_legacy_json_field_conflicts",
         "options": {
          "deprecated": true
         }
        },
        "features": {
         "type": "FeatureSet",
         "id": 12
        },
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        }
       },
       "extensions": [
        [
         1000,
         536870911
        ]
       ],
       "reserved": [
        [
         4,
         4
        ],
        [
         5,
         5
        ],
        [
         6,
         6
        ],
        [
         8,
         8
        ],
        [
         9,
         9
        ]
       ]
      },
      "FieldOptions": {
       "edition": "proto2",
       "fields": {
        "ctype": {
         "type": "CType",
         "id": 1,
         "options": {
          "default": "STRING"
         }
        },
        "packed": {
         "type": "bool",
         "id": 2
        },
        "jstype": {
         "type": "JSType",
         "id": 6,
         "options": {
          "default": "JS_NORMAL"
         }
        },
        "lazy": {
         "type": "bool",
         "id": 5
        },
        "unverifiedLazy": {
         "type": "bool",
         "id": 15,
         "protoName": "unverified_lazy"
        },
        "deprecated": {
         "type": "bool",
         "id": 3
        },
        "weak": {
         "type": "bool",
         "id": 10,
         "options": {
          "deprecated": true
         }
        },
        "debugRedact": {
         "type": "bool",
         "id": 16,
         "protoName": "debug_redact"
        },
        "retention": {
         "type": "OptionRetention",
         "id": 17
        },
        "targets": {
         "rule": "repeated",
         "type": "OptionTargetType",
         "id": 19
        },
        "editionDefaults": {
         "rule": "repeated",
         "type": "EditionDefault",
         "id": 20,
         "protoName": "edition_defaults"
        },
        "features": {
         "type": "FeatureSet",
         "id": 21
        },
        "featureSupport": {
         "type": "FeatureSupport",
         "id": 22,
         "protoName": "feature_support"
        },
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        }
       },
       "extensions": [
        [
         1000,
         536870911
        ]
       ],
       "reserved": [
        [
         4,
         4
        ],
        [
         18,
         18
        ]
       ],
       "nested": {
        "CType": {
         "values": {
          "STRING": 0,
          "CORD": 1,
          "STRING_PIECE": 2
         }
        },
        "JSType": {
         "values": {
          "JS_NORMAL": 0,
          "JS_STRING": 1,
          "JS_NUMBER": 2
         }
        },
        "OptionRetention": {
         "values": {
          "RETENTION_UNKNOWN": 0,
          "RETENTION_RUNTIME": 1,
          "RETENTION_SOURCE": 2
         }
        },
        "OptionTargetType": {
         "values": {
          "TARGET_TYPE_UNKNOWN": 0,
          "TARGET_TYPE_FILE": 1,
          "TARGET_TYPE_EXTENSION_RANGE": 2,
          "TARGET_TYPE_MESSAGE": 3,
          "TARGET_TYPE_FIELD": 4,
          "TARGET_TYPE_ONEOF": 5,
          "TARGET_TYPE_ENUM": 6,
          "TARGET_TYPE_ENUM_ENTRY": 7,
          "TARGET_TYPE_SERVICE": 8,
          "TARGET_TYPE_METHOD": 9
         }
        },
        "EditionDefault": {
         "fields": {
          "edition": {
           "type": "Edition",
           "id": 3
          },
          "value": {
           "type": "string",
           "id": 2
          }
         }
        },
        "FeatureSupport": {
         "fields": {
          "editionIntroduced": {
           "type": "Edition",
           "id": 1,
           "protoName": "edition_introduced"
          },
          "editionDeprecated": {
           "type": "Edition",
           "id": 2,
           "protoName": "edition_deprecated"
          },
          "deprecationWarning": {
           "type": "string",
           "id": 3,
           "protoName": "deprecation_warning"
          },
          "editionRemoved": {
           "type": "Edition",
           "id": 4,
           "protoName": "edition_removed"
          }
         }
        }
       }
      },
      "OneofOptions": {
       "edition": "proto2",
       "fields": {
        "features": {
         "type": "FeatureSet",
         "id": 1
        },
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        }
       },
       "extensions": [
        [
         1000,
         536870911
        ]
       ]
      },
      "EnumOptions": {
       "edition": "proto2",
       "fields": {
        "allowAlias": {
         "type": "bool",
         "id": 2,
         "protoName": "allow_alias"
        },
        "deprecated": {
         "type": "bool",
         "id": 3
        },
        "deprecatedLegacyJsonFieldConflicts": {
         "type": "bool",
         "id": 6,
         "protoName": "deprecated_legacy_json_field_conflicts",
         "options": {
          "deprecated": true
         }
        },
        "features": {
         "type": "FeatureSet",
         "id": 7
        },
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        }
       },
       "extensions": [
        [
         1000,
         536870911
        ]
       ],
       "reserved": [
        [
         5,
         5
        ]
       ]
      },
      "EnumValueOptions": {
       "edition": "proto2",
       "fields": {
        "deprecated": {
         "type": "bool",
         "id": 1
        },
        "features": {
         "type": "FeatureSet",
         "id": 2
        },
        "debugRedact": {
         "type": "bool",
         "id": 3,
         "protoName": "debug_redact"
        },
        "featureSupport": {
         "type": "FieldOptions.FeatureSupport",
         "id": 4,
         "protoName": "feature_support"
        },
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        }
       },
       "extensions": [
        [
         990,
         998
        ],
        [
         1000,
         536870911
        ]
       ]
      },
      "ServiceOptions": {
       "edition": "proto2",
       "fields": {
        "features": {
         "type": "FeatureSet",
         "id": 34
        },
        "deprecated": {
         "type": "bool",
         "id": 33
        },
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        }
       },
       "extensions": [
        [
         1000,
         536870911
        ]
       ]
      },
      "MethodOptions": {
       "edition": "proto2",
       "fields": {
        "deprecated": {
         "type": "bool",
         "id": 33
        },
        "idempotencyLevel": {
         "type": "IdempotencyLevel",
         "id": 34,
         "protoName": "idempotency_level",
         "options": {
          "default": "IDEMPOTENCY_UNKNOWN"
         }
        },
        "features": {
         "type": "FeatureSet",
         "id": 35
        },
        "uninterpretedOption": {
         "rule": "repeated",
         "type": "UninterpretedOption",
         "id": 999,
         "protoName": "uninterpreted_option"
        }
       },
       "extensions": [
        [
         1000,
         536870911
        ]
       ],
       "nested": {
        "IdempotencyLevel": {
         "values": {
          "IDEMPOTENCY_UNKNOWN": 0,
          "NO_SIDE_EFFECTS": 1,
          "IDEMPOTENT": 2
         }
        }
       }
      },
      "UninterpretedOption": {
       "edition": "proto2",
       "fields": {
        "name": {
         "rule": "repeated",
         "type": "NamePart",
         "id": 2
        },
        "identifierValue": {
         "type": "string",
         "id": 3,
         "protoName": "identifier_value"
        },
        "positiveIntValue": {
         "type": "uint64",
         "id": 4,
         "protoName": "positive_int_value"
        },
        "negativeIntValue": {
         "type": "int64",
         "id": 5,
         "protoName": "negative_int_value"
        },
        "doubleValue": {
         "type": "double",
         "id": 6,
         "protoName": "double_value"
        },
        "stringValue": {
         "type": "bytes",
         "id": 7,
         "protoName": "string_value"
        },
        "aggregateValue": {
         "type": "string",
         "id": 8,
         "protoName": "aggregate_value"
        }
       },
       "nested": {
        "NamePart": {
         "fields": {
          "namePart": {
           "rule": "required",
           "type": "string",
           "id": 1,
           "protoName": "name_part"
          },
          "isExtension": {
           "rule": "required",
           "type": "bool",
           "id": 2,
           "protoName": "is_extension"
          }
         }
        }
       }
      },
      "FeatureSet": {
       "edition": "proto2",
       "fields": {
        "fieldPresence": {
         "type": "FieldPresence",
         "id": 1,
         "protoName": "field_presence",
         "options": {
          "retention": "RETENTION_RUNTIME",
          "targets": "TARGET_TYPE_FILE",
          "feature_support.edition_introduced": "EDITION_2023",
          "edition_defaults.edition": "EDITION_2023",
          "edition_defaults.value": "EXPLICIT"
         }
        },
        "enumType": {
         "type": "EnumType",
         "id": 2,
         "protoName": "enum_type",
         "options": {
          "retention": "RETENTION_RUNTIME",
          "targets": "TARGET_TYPE_FILE",
          "feature_support.edition_introduced": "EDITION_2023",
          "edition_defaults.edition": "EDITION_PROTO3",
          "edition_defaults.value": "OPEN"
         }
        },
        "repeatedFieldEncoding": {
         "type": "RepeatedFieldEncoding",
         "id": 3,
         "protoName": "repeated_field_encoding",
         "options": {
          "retention": "RETENTION_RUNTIME",
          "targets": "TARGET_TYPE_FILE",
          "feature_support.edition_introduced": "EDITION_2023",
          "edition_defaults.edition": "EDITION_PROTO3",
          "edition_defaults.value": "PACKED"
         }
        },
        "utf8Validation": {
         "type": "Utf8Validation",
         "id": 4,
         "protoName": "utf8_validation",
         "options": {
          "retention": "RETENTION_RUNTIME",
          "targets": "TARGET_TYPE_FILE",
          "feature_support.edition_introduced": "EDITION_2023",
          "edition_defaults.edition": "EDITION_PROTO3",
          "edition_defaults.value": "VERIFY"
         }
        },
        "messageEncoding": {
         "type": "MessageEncoding",
         "id": 5,
         "protoName": "message_encoding",
         "options": {
          "retention": "RETENTION_RUNTIME",
          "targets": "TARGET_TYPE_FILE",
          "feature_support.edition_introduced": "EDITION_2023",
          "edition_defaults.edition": "EDITION_LEGACY",
          "edition_defaults.value": "LENGTH_PREFIXED"
         }
        },
        "jsonFormat": {
         "type": "JsonFormat",
         "id": 6,
         "protoName": "json_format",
         "options": {
          "retention": "RETENTION_RUNTIME",
          "targets": "TARGET_TYPE_FILE",
          "feature_support.edition_introduced": "EDITION_2023",
          "edition_defaults.edition": "EDITION_PROTO3",
          "edition_defaults.value": "ALLOW"
         }
        },
        "enforceNamingStyle": {
         "type": "EnforceNamingStyle",
         "id": 7,
         "protoName": "enforce_naming_style",
         "options": {
          "retention": "RETENTION_SOURCE",
          "targets": "TARGET_TYPE_METHOD",
          "feature_support.edition_introduced": "EDITION_2024",
          "edition_defaults.edition": "EDITION_2024",
          "edition_defaults.value": "STYLE2024"
         }
        },
        "defaultSymbolVisibility": {
         "type": "VisibilityFeature.DefaultSymbolVisibility",
         "id": 8,
         "protoName": "default_symbol_visibility",
         "options": {
          "retention": "RETENTION_SOURCE",
          "targets": "TARGET_TYPE_FILE",
          "feature_support.edition_introduced": "EDITION_2024",
          "edition_defaults.edition": "EDITION_2024",
          "edition_defaults.value": "EXPORT_TOP_LEVEL"
         }
        },
        "enforceProtoLimits": {
         "type": "ProtoLimitsFeature.EnforceProtoLimits",
         "id": 9,
         "protoName": "enforce_proto_limits"
        }
       },
       "extensions": [
        [
         1000,
         9994
        ],
        [
         9995,
         9999
        ],
        [
         10000,
         10000
        ]
       ],
       "reserved": [
        [
         999,
         999
        ]
       ],
       "nested": {
        "FieldPresence": {
         "values": {
          "FIELD_PRESENCE_UNKNOWN": 0,
          "EXPLICIT": 1,
          "IMPLICIT": 2,
          "LEGACY_REQUIRED": 3
         }
        },
        "EnumType": {
         "values": {
          "ENUM_TYPE_UNKNOWN": 0,
          "OPEN": 1,
          "CLOSED": 2
         }
        },
        "RepeatedFieldEncoding": {
         "values": {
          "REPEATED_FIELD_ENCODING_UNKNOWN": 0,
          "PACKED": 1,
          "EXPANDED": 2
         }
        },
        "Utf8Validation": {
         "values": {
          "UTF8_VALIDATION_UNKNOWN": 0,
          "VERIFY": 2,
          "NONE": 3
         }
        },
        "MessageEncoding": {
         "values": {
          "MESSAGE_ENCODING_UNKNOWN": 0,
          "LENGTH_PREFIXED": 1,
          "DELIMITED": 2
         }
        },
        "JsonFormat": {
         "values": {
          "JSON_FORMAT_UNKNOWN": 0,
          "ALLOW": 1,
          "LEGACY_BEST_EFFORT": 2
         }
        },
        "EnforceNamingStyle": {
         "values": {
          "ENFORCE_NAMING_STYLE_UNKNOWN": 0,
          "STYLE2024": 1,
          "STYLE_LEGACY": 2,
          "STYLE2026": 3
         }
        },
        "VisibilityFeature": {
         "fields": {},
         "reserved": [
          [
           1,
           536870911
          ]
         ],
         "nested": {
          "DefaultSymbolVisibility": {
           "values": {
            "DEFAULT_SYMBOL_VISIBILITY_UNKNOWN": 0,
            "EXPORT_ALL": 1,
            "EXPORT_TOP_LEVEL": 2,
            "LOCAL_ALL": 3,
            "STRICT": 4
           }
          }
         }
        },
        "ProtoLimitsFeature": {
         "fields": {},
         "nested": {
          "EnforceProtoLimits": {
           "values": {
            "PROTO_LIMITS_UNKNOWN": 0,
            "LEGACY_NO_EXPLICIT_LIMITS": 1,
            "PROTO_LIMITS2026": 2
           }
          }
         }
        }
       }
      },
      "FeatureSetDefaults": {
       "edition": "proto2",
       "fields": {
        "defaults": {
         "rule": "repeated",
         "type": "FeatureSetEditionDefault",
         "id": 1
        },
        "minimumEdition": {
         "type": "Edition",
         "id": 4,
         "protoName": "minimum_edition"
        },
        "maximumEdition": {
         "type": "Edition",
         "id": 5,
         "protoName": "maximum_edition"
        }
       },
       "nested": {
        "FeatureSetEditionDefault": {
         "fields": {
          "edition": {
           "type": "Edition",
           "id": 3
          },
          "overridableFeatures": {
           "type": "FeatureSet",
           "id": 4,
           "protoName": "overridable_features"
          },
          "fixedFeatures": {
           "type": "FeatureSet",
           "id": 5,
           "protoName": "fixed_features"
          }
         },
         "reserved": [
          [
           1,
           1
          ],
          [
           2,
           2
          ],
          "features"
         ]
        }
       }
      },
      "SourceCodeInfo": {
       "edition": "proto2",
       "fields": {
        "location": {
         "rule": "repeated",
         "type": "Location",
         "id": 1
        }
       },
       "extensions": [
        [
         536000000,
         536000000
        ]
       ],
       "nested": {
        "Location": {
         "fields": {
          "path": {
           "rule": "repeated",
           "type": "int32",
           "id": 1,
           "options": {
            "packed": true
           }
          },
          "span": {
           "rule": "repeated",
           "type": "int32",
           "id": 2,
           "options": {
            "packed": true
           }
          },
          "leadingComments": {
           "type": "string",
           "id": 3,
           "protoName": "leading_comments"
          },
          "trailingComments": {
           "type": "string",
           "id": 4,
           "protoName": "trailing_comments"
          },
          "leadingDetachedComments": {
           "rule": "repeated",
           "type": "string",
           "id": 6,
           "protoName": "leading_detached_comments"
          }
         }
        }
       }
      },
      "GeneratedCodeInfo": {
       "edition": "proto2",
       "fields": {
        "annotation": {
         "rule": "repeated",
         "type": "Annotation",
         "id": 1
        }
       },
       "nested": {
        "Annotation": {
         "fields": {
          "path": {
           "rule": "repeated",
           "type": "int32",
           "id": 1,
           "options": {
            "packed": true
           }
          },
          "sourceFile": {
           "type": "string",
           "id": 2,
           "protoName": "source_file"
          },
          "begin": {
           "type": "int32",
           "id": 3
          },
          "end": {
           "type": "int32",
           "id": 4
          },
          "semantic": {
           "type": "Semantic",
           "id": 5
          }
         },
         "nested": {
          "Semantic": {
           "values": {
            "NONE": 0,
            "SET": 1,
            "ALIAS": 2
           }
          }
         }
        }
       }
      },
      "SymbolVisibility": {
       "edition": "proto2",
       "values": {
        "VISIBILITY_UNSET": 0,
        "VISIBILITY_LOCAL": 1,
        "VISIBILITY_EXPORT": 2
       }
      },
      "Timestamp": {
       "fields": {
        "seconds": {
         "type": "int64",
         "id": 1
        },
        "nanos": {
         "type": "int32",
         "id": 2
        }
       }
      },
      "DoubleValue": {
       "fields": {
        "value": {
         "type": "double",
         "id": 1
        }
       }
      },
      "FloatValue": {
       "fields": {
        "value": {
         "type": "float",
         "id": 1
        }
       }
      },
      "Int64Value": {
       "fields": {
        "value": {
         "type": "int64",
         "id": 1
        }
       }
      },
      "UInt64Value": {
       "fields": {
        "value": {
         "type": "uint64",
         "id": 1
        }
       }
      },
      "Int32Value": {
       "fields": {
        "value": {
         "type": "int32",
         "id": 1
        }
       }
      },
      "UInt32Value": {
       "fields": {
        "value": {
         "type": "uint32",
         "id": 1
        }
       }
      },
      "BoolValue": {
       "fields": {
        "value": {
         "type": "bool",
         "id": 1
        }
       }
      },
      "StringValue": {
       "fields": {
        "value": {
         "type": "string",
         "id": 1
        }
       }
      },
      "BytesValue": {
       "fields": {
        "value": {
         "type": "bytes",
         "id": 1
        }
       }
      }
     }
    }
   }
  },
  "pluginregistration": {
   "nested": {
    "Registration": {
     "methods": {
      "GetInfo": {
       "requestType": "InfoRequest",
       "responseType": "PluginInfo"
      },
      "NotifyRegistrationStatus": {
       "requestType": "RegistrationStatus",
       "responseType": "RegistrationStatusResponse"
      }
     }
    },
    "InfoRequest": {
     "fields": {}
    },
    "PluginInfo": {
     "fields": {
      "type": {
       "type": "string",
       "id": 1
      },
      "name": {
       "type": "string",
       "id": 2
      },
      "endpoint": {
       "type": "string",
       "id": 3
      },
      "supportedVersions": {
       "rule": "repeated",
       "type": "string",
       "id": 4,
       "protoName": "supported_versions"
      }
     }
    },
    "RegistrationStatus": {
     "fields": {
      "pluginRegistered": {
       "type": "bool",
       "id": 1,
       "protoName": "plugin_registered"
      },
      "error": {
       "type": "string",
       "id": 2
      }
     }
    },
    "RegistrationStatusResponse": {
     "fields": {}
    }
   }
  },
  "gluster_csi": {
   "nested": {
    "mounter": {
     "nested": {
      "v1": {
       "nested": {
        "Mounter": {
         "methods": {
          "Mount": {
           "requestType": "MountRequest",
           "responseType": "MountResponse"
          },
          "Release": {
           "requestType": "ReleaseRequest",
           "responseType": "ReleaseResponse"
          },
          "List": {
           "requestType": "ListRequest",
           "responseType": "ListResponse"
          }
         }
        },
        "MountRequest": {
         "fields": {
          "servers": {
           "rule": "repeated",
           "type": "string",
           "id": 1
          },
          "volume": {
           "type": "string",
           "id": 2
          },
          "subdirectory": {
           "type": "string",
           "id": 3
          },
          "target": {
           "type": "string",
           "id": 4
          },
          "options": {
           "rule": "repeated",
           "type": "string",
           "id": 5
          },
          "pinned": {
           "type": "bool",
           "id": 6
          }
         }
        },
        "MountResponse": {
         "fields": {
          "pinned": {
           "type": "bool",
           "id": 1
          }
         }
        },
        "ReleaseRequest": {
         "fields": {}
        },
        "ReleaseResponse": {
         "fields": {}
        },
        "ListRequest": {
         "fields": {}
        },
        "ListResponse": {
         "fields": {
          "clients": {
           "rule": "repeated",
           "type": "Client",
           "id": 1
          }
         }
        },
        "Client": {
         "fields": {
          "id": {
           "type": "string",
           "id": 1
          },
          "volume": {
           "type": "string",
           "id": 2
          },
          "subdirectory": {
           "type": "string",
           "id": 3
          },
          "clientId": {
           "type": "string",
           "id": 4,
           "protoName": "client_id"
          },
          "old": {
           "type": "bool",
           "id": 5
          },
          "alive": {
           "type": "bool",
           "id": 6
          },
          "pid": {
           "type": "uint32",
           "id": 7
          },
          "started": {
           "type": "int64",
           "id": 8
          }
         }
        }
       }
      }
     }
    }
   }
  }
 }
}`;
