# make run [PORT=8123] [PYTHON=python3.12]    the portal on this machine
# make test                                   every check and test
# make test-postgres                          the tests again, on a PostgreSQL server that they start themselves
# make bench                                  measured speed beside its limits (benchmarks/README.md)
PYTHON ?= python3

.PHONY: run test test-postgres bench format

run test test-postgres bench format:
	@$(PYTHON) portal/bootstrap.py $@
