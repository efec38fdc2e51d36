//! Paper: labels, sheets and slips as PDF.
