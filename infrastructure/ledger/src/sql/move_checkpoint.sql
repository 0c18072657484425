UPDATE checkpoint SET position = ?1, link = ?2
