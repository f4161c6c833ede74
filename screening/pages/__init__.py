"""Pages of screening: the candidate's and the recruiter's."""
