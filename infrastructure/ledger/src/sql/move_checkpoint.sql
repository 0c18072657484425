UPDATE checkpoint SET position = ?1, leaf = ?2
