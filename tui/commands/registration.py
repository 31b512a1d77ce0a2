"""What an application has to be registered with before somebody can sign in by it: for `--help`."""

REGISTRATION = """
signing in as yourself, with a device code (sign_in = "device_code"):
  Defender XDR needs an application of your own: without client_id huntdeck signs in as the Azure CLI's public
  application, which serves Log Analytics and Azure Data Explorer and, as far as is known, has no consent for hunting.
  1. Register an application (Microsoft Entra ID, App registrations), in this tenant only; no redirect address is needed.
  2. Authentication: allow public client flows. It gets no secret.
  3. API permissions, DELEGATED, as far as you use the services: Microsoft Graph ThreatHunting.Read.All (Defender XDR),
     Log Analytics API Data.Read, Azure Data Explorer user_impersonation. One sign-in serves all three.
  4. An administrator grants consent for the tenant; without it: AADSTS65001.
  5. huntdeck workspaces add NAME --kind defender --tenant TENANT --client-id ID --sign-in device_code
  Delegated: the query sees what you may see. You need a role that may hunt in Defender (such as Security Reader),
  Log Analytics Reader (or Microsoft Sentinel Reader) on the workspace, or viewer on the database, as well.
  Many tenants block device codes by Conditional Access, as Microsoft advises (AADSTS53003), or by security defaults
  (AADSTS530035): then sign in by the Azure CLI (`az login`, sign_in = "azure_cli"; whether its application is let in to
  hunting was not tried) or as an application.

signing in as an application (sign_in = "environment", "workload_identity", "managed_identity"):
  Graph ThreatHunting.Read.All as an APPLICATION permission, with an administrator's consent: what it sees does not depend
  on who starts it. environment: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET or
  AZURE_CLIENT_CERTIFICATE_PATH; workload_identity: AZURE_FEDERATED_TOKEN_FILE; no secret stands in workspaces.toml.

without sign_in: environment, workload_identity, azure_cli, managed_identity, the first that works.

remembering (remember_sign_in, with device codes only; nothing is kept otherwise):
  "keyring"     the refresh token is kept encrypted in the system's keyring; refused where none works, as on most servers.
  "plain_file"  it is kept UNENCRYPTED below $XDG_STATE_HOME/huntdeck/sign-ins, readable by you alone: whoever reads that
                file, or a backup of it, can sign in as you until the sign-in is revoked.
  huntdeck logout NAME, or `sign out of this workspace` (:), forgets it. Revoking it for good is done in Entra.
"""
