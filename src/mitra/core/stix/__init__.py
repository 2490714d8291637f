"""STIX 2.1 as bytes: strict reading, canonical form, markings, references, patterns and the values they speak about."""
