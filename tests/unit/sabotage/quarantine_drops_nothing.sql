delete from marts.quarantine
