"""What is concluded about an account, and how sure: heads, calibration, reasons, verdicts, bundles."""
