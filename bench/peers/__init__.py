"""Other people's engines under the same rules. They run in environments of their own (bench/venv, bench/venv_freqtrade)
and import nothing of Lockstep's engine.
"""
