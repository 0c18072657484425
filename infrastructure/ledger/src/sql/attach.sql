ATTACH ?1 AS anew
