"""Live workspaces: Log Analytics, Defender XDR and Azure Data Explorer behind one protocol."""
