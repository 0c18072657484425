DELETE FROM sub_accounts
