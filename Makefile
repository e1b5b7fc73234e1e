# make run [PORT=8123] [PYTHON=python3.12]    the portal on this machine
# make test                                   every check, and the daily tests
# make test-quick                             the tests of the pure cores and the pages
# make test-all                               make test, the tests that kill and wait, and all on PostgreSQL
# make test-postgres                          the daily tests on a PostgreSQL server that they start themselves
# make fmt                                    format the code
# make shell                                  Django's shell, with the database of make run
# make screens                                a picture of every screen, in var/screens/index.html
# make bench                                  measured speed beside its limits (benchmarks/README.md)
PYTHON ?= python3

GOALS = run test test-quick test-all test-postgres fmt shell screens bench
.PHONY: $(GOALS)

$(GOALS):
	@$(PYTHON) portal/bootstrap.py $@
