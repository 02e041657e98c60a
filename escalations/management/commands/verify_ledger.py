"""Is the ledger as it was written?"""

import sys

from django.core.management.base import BaseCommand

from escalations.queries.ledger import Tally, ledger_faults


class Command(BaseCommand):
    help = "Verify every chain of the ledger and the fold of every case: exit 0 and a count, or 1 and a line per fault."

    def handle(self, *args, **options):
        tally, fault_count = Tally(), 0
        for fault in ledger_faults(tally):
            fault_count += 1
            self.stdout.write(str(fault))
        if fault_count:
            self.stderr.write(f"{fault_count} faults in {tally.events} events.")
            sys.exit(1)
        self.stdout.write(f"{tally.events} events in {tally.streams} streams hold.")
