"""Servers on 127.0.0.1 that speak the protocols of the live services and answer from an evidence workspace.

They stand in for Log Analytics, Microsoft Graph's hunting queries, Azure Data Explorer and the sign-in service, over TLS with
an authority of their own: to try the live path without a tenant, and to test it. They refuse what the services refuse and fail
when told to. Nothing here is reached by the program's own work.
"""
