# make run [PORT=8123] [PYTHON=python3.12]    the portal on this machine
# make test                                   every check and test
PYTHON ?= python3

.PHONY: run test format

run test format:
	@$(PYTHON) portal/bootstrap.py $@
