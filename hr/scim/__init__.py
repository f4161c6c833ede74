"""SCIM 2.0 (RFC 7643, 7644) over people and departments: the wire form, without a framework."""
