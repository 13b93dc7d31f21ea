"""What the record says about the model: coding, likelihood, rival accounts, design check, baselines, verdict.

`rules` and `coding` turn a record into a `path`; `filter`, `adjoint` and `gradient` are its likelihood; `bank`,
`priors`, `posterior`, `thinning` and `score` weigh solved draws; `design`, `checks`, `accounts`, `verdict` and `study`
judge accounts.
"""
