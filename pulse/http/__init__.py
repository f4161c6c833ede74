"""The only part of the kernel that knows Django REST framework."""
