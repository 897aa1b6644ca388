# The shop, as its team sees it.
spec_version = "0.7.0"

threatmodel "Shop" {
  author      = "@me"
  description = "Sells things"
  link        = "https://example.com/shop"

  attributes {
    new_initiative = true
    initiative_size = "Small"
  }

  usecase {
    description = "Buy"
  }

  information_asset "cards" {
    description = "Card numbers"
    information_classification = "Restricted" # nobody may see them
    source = "customer"
  }

  third_party_dependency "Bank" {
    description = "Takes money"
    saas = "true"
  }

  threat "Theft of cards" {
    description = "Somebody reads the table"
    impacts = ["Confidentiality"]
    stride = ["Spoofing", "Info Disclosure"]
    information_asset_refs = ["cards"]

    risk {
      likelihood = "high"
      impact = "very_high"
    }

    control "Encrypt" { # at rest
      description = "Encrypt the table"
      implemented = false
      risk_reduction = 80
    }
  }

  threat "Denial" {
    description = "Nobody can buy"
    stride = ["Denial of service"]
  }

  data_flow_diagram_v2 "Level 0" {
    external_element "Customer" {}

    trust_zone "Cloud" {
      process "Web" {}
      data_store "Orders" {
        information_asset = "cards"
      }
    }

    process "Mailer" {
      trust_zone = "Office"
    }

    flow "https" {
      from = "Customer"
      to = "Web"
    }

    flow "keep" {
      from = "Web"
      to = "Orders"
      protocol = "sql"
    }
  }
}
