UPDATE applications SET finals = finals + ?2 WHERE application = ?1
