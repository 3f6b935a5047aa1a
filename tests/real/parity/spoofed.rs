//! What a client might say about itself.

/// A line for every header that keystonemiddleware removes, and the one that it only sets.
pub(crate) const SPOOFED: &str = "X-Identity-Status: Confirmed
X-Service-Identity-Status: Confirmed
X-Is-Admin-Project: True
X-Service-Catalog: []
X-Roles: admin
X-Service-Roles: service
X-Domain-Id: spoofed
X-Domain-Name: spoofed
X-Project-Id: spoofed
X-Project-Name: spoofed
X-Project-Domain-Id: spoofed
X-Project-Domain-Name: spoofed
X-User-Id: spoofed
X-User-Name: spoofed
X-User-Domain-Id: spoofed
X-User-Domain-Name: spoofed
X-Service-Domain-Id: spoofed
X-Service-Domain-Name: spoofed
X-Service-Project-Id: spoofed
X-Service-Project-Name: spoofed
X-Service-Project-Domain-Id: spoofed
X-Service-Project-Domain-Name: spoofed
X-Service-User-Id: spoofed
X-Service-User-Name: spoofed
X-Service-User-Domain-Id: spoofed
X-Service-User-Domain-Name: spoofed
X-Role: admin
X-User: spoofed
X-Tenant-Id: spoofed
X-Tenant-Name: spoofed
X-Tenant: spoofed
OpenStack-System-Scope: all";
