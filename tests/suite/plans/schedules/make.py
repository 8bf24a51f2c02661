"""Makes table.txt: what a second implementation (croniter) says of AWS's cron expressions.

    python3 -m venv venv && venv/bin/pip install croniter==7.0.0 && venv/bin/python make.py > table.txt

croniter counts Sunday as 0 and has no year in front of the seconds, so that an expression is put into its form first.
"""

import re
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import croniter

START = datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("UTC"))

# AWS's own examples, from the cron reference of EventBridge, AWS Backup's API_BackupRule and its examples; then the wildcards.
EXPRESSIONS = [
    ("0 10 * * ? *", None),
    ("15 12 * * ? *", None),
    ("0 18 ? * MON-FRI *", None),
    ("0 8 1 * ? *", None),
    ("0/15 * * * ? *", None),
    ("0/10 * ? * MON-FRI *", None),
    ("0/5 8-17 ? * MON-FRI *", None),
    ("0/30 20-2 ? * MON-FRI *", None),
    ("0 9 ? * 2#1 *", None),
    ("15 10 ? * 6L 2022-2030", None),
    ("15 * ? * * *", None),
    ("0 12 * * ? *", None),
    ("0 5 ? * * *", None),
    ("0 5 L * ? *", None),
    ("0 17 ? * TUE#2 *", None),
    ("1/10 0 1 1 ? *", None),
    ("0 3 1,15 JAN,JUL ? *", None),
    ("0 0 29 2 ? *", None),
    ("30 22 ? * 1 *", None),
    ("30 22 ? * 7 *", None),
    ("0 6 ? * SAT-SUN *", None),
    ("0 0 1 1/3 ? *", None),
    ("0 4 31 * ? *", None),
    ("0 12 ? * 5#5 *", None),
    ("0 0 1 1 ? 2028", None),
    ("0 2 * * ? *", "America/New_York"),
    ("0 5 ? * SUN *", "Asia/Tokyo"),
    ("30 1 1 * ? *", "Europe/London"),
    ("0 23 L * ? *", "Australia/Sydney"),
]

DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def day_of_week(field):
    """1-7 from Sunday on becomes 0-6; `6L` becomes `L5`; steps and lists stay."""
    if field in ("?", "*"):
        return "*"
    for number, name in enumerate(DAYS, 1):
        field = field.replace(name, str(number))
    parts = re.match(r"^(\d)L$", field)
    if parts:
        return f"L{int(parts[1]) - 1}"
    parts = re.match(r"^(\d)#(\d)$", field)
    if parts:
        return f"{int(parts[1]) - 1}#{parts[2]}"
    parts = re.match(r"^(\d)-(\d)$", field)
    if parts and int(parts[1]) > int(parts[2]):
        days = list(range(int(parts[1]), 8)) + list(range(1, int(parts[2]) + 1))
        return ",".join(str(day - 1) for day in sorted(days))
    return re.sub(r"\d", lambda found: str(int(found[0]) - 1), field)


def over_midnight(field):
    parts = re.match(r"^(\d+)-(\d+)$", field)
    if parts and int(parts[1]) > int(parts[2]):
        hours = list(range(int(parts[1]), 24)) + list(range(0, int(parts[2]) + 1))
        return ",".join(str(hour) for hour in sorted(hours))
    return field


def steps(field, last):
    return re.sub(r"^(\d+)/(\d+)$", rf"\1-{last}/\2", field)


def next_three(expression, zone):
    minutes, hours, of_month, month, of_week, year = expression.split()
    of_month = "*" if of_month == "?" else of_month.lower()
    cron = [steps(minutes, 59), over_midnight(hours), of_month, steps(month, 12), day_of_week(of_week)]
    start = START.astimezone(ZoneInfo(zone or "UTC"))
    years = range(1970, 2200)
    if year != "*":
        ends = [int(part) for part in year.split("-")]
        years = range(ends[0], ends[-1] + 1)
    found = []
    for at in croniter(" ".join(cron), start).all_next(datetime):
        if at.year > years[-1] or at.year > 2060:
            break
        if at.year in years:
            found.append(at.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%MZ"))
        if len(found) == 3:
            break
    return found


for expression, zone in EXPRESSIONS:
    print(f"{expression:<28}{zone or 'UTC':<20}{' '.join(next_three(expression, zone))}")
