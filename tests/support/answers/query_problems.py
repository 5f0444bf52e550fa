"""What is wrong with a query, as the contract words it."""

from support.answers.problems import problem


def extra(name):
    return problem(["query", name], "extra fields not permitted", "value_error.extra")


def not_a_time(name):
    return problem(["query", name], "invalid datetime format", "value_error.datetime")


def not_a_uuid(name):
    return problem(["query", name], "value is not a valid uuid", "type_error.uuid")


def not_a_flag(name):
    return problem(["query", name], "value could not be parsed to a boolean", "type_error.bool")


def not_one_of(name, *permitted):
    names = ", ".join(f"'{one}'" for one in permitted)
    return problem(["query", name], f"value is not a valid enumeration member; permitted: {names}", "type_error.enum")
