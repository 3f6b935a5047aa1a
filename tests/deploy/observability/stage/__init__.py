"""A real Portcullis, an identity service, a service, clients, and a real Prometheus, on loopback."""
