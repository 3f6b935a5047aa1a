"""What is in force, beside what was written."""

from .case import Case, late, level, series, steps

CASES = [
    Case("PortcullisConfigReloadFailed", "warning", 30, 5,
         loud=[series("portcullis_config_last_reload_successful", steps((30, 1), 0))],
         quiet=[series("portcullis_config_last_reload_successful", level(1))]),
    Case("PortcullisRestartNeeded", "info", 300, 2 * 24 * 60, step=10,
         loud=[series("portcullis_config_restart_needed", steps((30, 0), 1))],
         quiet=[series("portcullis_config_restart_needed", level(0))]),
    Case("PortcullisInsecureSettings", "warning", 30, 60,
         loud=[series("portcullis_config_warnings", steps((30, 0), 1))],
         quiet=[series("portcullis_config_warnings", level(0))]),
    Case("PortcullisLogLinesLost", "warning", 31, 5,
         loud=[series("portcullis_log_lines_lost", late(1))],
         quiet=[series("portcullis_log_lines_lost", level(12))]),
]
